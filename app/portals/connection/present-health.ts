import type { Language } from '../../lib/errors.ts';
import type { ShownFault } from '../../sync/faults/open-faults.ts';
import type { HealthReport } from './health.ts';

/** A health report as callers see it, in the reader's language. Holds no secret. */
export function presentHealth(report: HealthReport, language: Language) {
  const { connection, queue, error, reason } = report;
  return {
    service: 'bitrix24',
    healthy: report.status === 'healthy',
    status: report.status,
    timestamp: report.checkedAt.toISOString(),
    ...(error && { error: error.text[language], code: error.code }),
    ...(reason && { reason: { code: reason.code, text: reason.text[language], since: reason.since } }),
    faults: report.faults.map((fault) => presentFault(fault, language)),
    notices:
      connection?.timeFilter === 'ignored' ? [{ code: 'time_filter_ignored', message: wholeLists[language] }] : [],
    complete_until: report.completeUntil,
    connection: connection && presentConnection(report),
    queue: { depth: queue.depth, oldest_at: queue.oldestAt, due: queue.due, resting: queue.resting },
    paused: report.paused,
    last_event_at: connection?.lastEventAt ?? null,
    last_error: report.lastError,
    held: report.held,
  };
}

/** The same for people who see their card only: whether the connection works, and nothing of other records. */
export function presentHealthBriefly(report: HealthReport, language: Language) {
  const { status, connection, ...whole } = presentHealth(report, language);
  return {
    ...{ service: whole.service, healthy: whole.healthy, status, timestamp: whole.timestamp },
    ...(whole.error && { error: whole.error, code: whole.code }),
    faults: whole.faults
      .filter(({ scope }) => scope === 'connection')
      .map((fault) => ({
        ...fault,
        waits: { ...fault.waits, count: 0 },
      })),
    notices: [],
    connection: connection && { kind: connection.kind, portal: connection.portal, state: connection.state },
  };
}

/** What is slower than it could be, and no failure. */
const wholeLists = {
  ru: 'Портал не отбирает записи по времени изменения: пропущенные изменения ищутся по всему списку, раз в час',
  en: 'The portal does not select records by their time of change: missed changes are looked for in the whole list, once an hour',
};

function presentFault(fault: ShownFault, language: Language) {
  return {
    scope: fault.scope,
    subject: fault.subject,
    code: fault.code,
    text: fault.text[language],
    advice: fault.advice?.[language] ?? null,
    since: fault.since,
    next_try_at: fault.nextTryAt,
    attempts: fault.attempts,
    waits: { text: fault.waits.text[language], count: fault.waits.count },
  };
}

function presentConnection({ connection, tokenRefreshedAt, checkedAt }: HealthReport) {
  return {
    kind: connection?.kind,
    portal: connection?.portal,
    scope: connection?.scope,
    state: connection?.state,
    paused_until: connection?.pausedUntil,
    pause_reason: connection?.pausedUntil && connection.pauseReason,
    token: tokenRefreshedAt && {
      refreshed_at: tokenRefreshedAt,
      age_sec: Math.max(0, Math.round((checkedAt.getTime() - tokenRefreshedAt.getTime()) / 1000)),
    },
  };
}
