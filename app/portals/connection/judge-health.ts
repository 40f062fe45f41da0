import type { Text } from '../../lib/errors.ts';
import type { Fault } from '../../sync/faults/fault-store.ts';

/** A due row that waits longer than this has been left. */
export const lateAfterSec = 120;

export interface HealthVerdict {
  /**
   * `healthy`: all is synchronised. `degraded`: a part of it waits. `paused`: a person paused everything. `down`: nothing is synchronised,
   * and nothing would be without a pause.
   */
  status: 'healthy' | 'degraded' | 'paused' | 'down';
  /** Why nothing is synchronised. */
  error: { code: string; text: Text } | null;
  /** The queue is not worked off in time, whatever the cause. */
  reason: { code: 'queue_is_late'; text: Text; since: Date } | null;
}

export interface HealthFacts {
  /** What the portal's answer, or what is known of it, says against the connection. */
  failure: { code: string; text: Text } | null;
  faults: readonly Pick<Fault, 'scope' | 'code' | 'text' | 'advice'>[];
  /** Since when the oldest due row is due, if that is longer than `lateAfterSec`. */
  lateSince: Date | null;
  /** A person paused everything. */
  isPaused: boolean;
}

/** Judges a tenant's synchronisation: it is healthy only while nothing is wrong and nothing is late. Pure. */
export function judgeHealth({ failure, faults, lateSince, isPaused }: HealthFacts): HealthVerdict {
  const stopped = faults.find(({ scope }) => scope === 'connection');
  const error = failure
    ? { code: failure.code, text: failure.text }
    : stopped
      ? { code: stopped.code, text: told(stopped) }
      : null;
  const reason = isPaused ? null : lateSince && { code: 'queue_is_late' as const, text: lateText, since: lateSince };
  const isDegraded = faults.length > 0 || reason !== null;
  const working = isPaused ? 'paused' : isDegraded ? 'degraded' : 'healthy';
  return { status: error ? 'down' : working, error, reason };
}

const lateText: Text = {
  ru: 'Очередь отстаёт: записи, которые пора синхронизировать, ждут дольше двух минут',
  en: 'The queue is late: records that are due wait for more than two minutes',
};

function told({ text, advice }: Pick<Fault, 'text' | 'advice'>): Text {
  return advice ? { ru: `${text.ru}. ${advice.ru}`, en: `${text.en}. ${advice.en}` } : text;
}
