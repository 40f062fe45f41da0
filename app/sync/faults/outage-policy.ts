import { Bitrix24Error } from '../../bitrix24/errors.ts';
import { isDatabaseAway } from '../../lib/database-away.ts';
import { AppError, type Text } from '../../lib/errors.ts';
import type { SyncDeps } from '../deps.ts';
import { codeOf, messageOf } from '../journal/error-log.ts';
import { backoffMs } from './backoff.ts';

/**
 * Decides what a failed request means for the whole tenant. Limits: wait exactly as long as the portal asks; no record is charged.
 * A dead connection: stop, one error. A portal that cannot be reached: pause, growing to an hour, one error; no record is charged for
 * it, so that an outage of any length ends with everything caught up. Anything else is a defect
 * of ours: the tenant pauses in the same way, so that it does not fail every second, and the stack is logged.
 */
export async function handleRequestFailure(
  deps: SyncDeps,
  tenantId: number,
  failuresBefore: number,
  error: unknown,
): Promise<void> {
  // Neither the portal's fault nor a defect: the job comes again when PostgreSQL is back.
  if (isDatabaseAway(error)) throw error;
  if (!(error instanceof Bitrix24Error)) {
    if (!isDisconnected(error)) await pauseForDefect(deps, tenantId, failuresBefore + 1, error);
    return;
  }
  const now = deps.clock.now().getTime();
  if (error.kind === 'auth') {
    await deps.connections.suspend(tenantId, error);
    report(deps, tenantId, error, 'Синхронизация остановлена');
    return;
  }
  if (error.kind === 'limit') {
    const until = new Date(now + (error.retryAfterMs ?? deps.timings.outageMs));
    await deps.connections.pause(tenantId, until, { code: error.code, text: error.text, failures: failuresBefore });
    deps.log.info(
      { tenant_id: tenantId, operation: 'wait', code: error.code },
      `Лимит Битрикс24: пауза до ${until.toISOString()}`,
    );
    return;
  }
  const failures = failuresBefore + 1;
  const delay = backoffMs(failures, deps.timings.outageMs, deps.random());
  const until = new Date(now + delay);
  await deps.connections.pause(tenantId, until, { code: error.code, text: outageText(error), failures });
  report(deps, tenantId, error, `Портал не отвечает, следующая попытка через ${Math.ceil(delay / 1000)} с`);
}

async function pauseForDefect(deps: SyncDeps, tenantId: number, failures: number, error: unknown): Promise<void> {
  const until = new Date(deps.clock.now().getTime() + backoffMs(failures, deps.timings.outageMs, deps.random()));
  const text = { ru: 'Внутренняя ошибка синхронизации', en: 'Internal error of the synchronisation' };
  await deps.connections.pause(tenantId, until, { code: 'internal_error', text, failures });
  deps.log.error({ tenant_id: tenantId, operation: 'reconcile', result: 'error', err: error }, text.ru);
}

function outageText(error: Bitrix24Error): Text {
  return {
    ru: `Портал Битрикс24 недоступен, синхронизация продолжится сама: ${error.text.ru}`,
    en: `The Bitrix24 portal cannot be reached; the synchronisation goes on by itself: ${error.text.en}`,
  };
}

// The tenant disconnected while its job ran.
function isDisconnected(error: unknown): boolean {
  return error instanceof AppError && error.code === 'not_configured';
}

function report(deps: SyncDeps, tenantId: number, error: Bitrix24Error, what: string): void {
  deps.log.error(
    { tenant_id: tenantId, operation: 'reconcile', result: 'error', code: codeOf(error), err: error },
    `${what}: ${messageOf(error)}`,
  );
}
