import { Bitrix24Error } from '../../bitrix24/errors.ts';
import { type Bitrix24Type, pairKinds } from '../../lib/records.ts';
import { retryingTransaction } from '../../models/retrying-transaction.ts';
import type { SyncDeps } from '../deps.ts';
import { backoffMs, maxAttempts } from '../faults/backoff.ts';
import { codeOf, messageOf, recordError } from '../journal/error-log.ts';
import { countRuns, type RunTick, ticksOf } from '../journal/run-counters.ts';
import type { LoadedPair } from '../load/load-pairs.ts';
import type { Plan } from '../plan/plan.ts';
import { type PostponedRow, postpone, removeDone } from '../queue/sync-queue.ts';

/** A pair whose plan could not be carried out. */
export interface Failed {
  pair: LoadedPair;
  plan: Plan;
  error: unknown;
  /** How long the portal, or the database, took to refuse. */
  durationMs: number;
  /** A create that may have reached the portal: it is looked up before it is sent again. */
  sent: boolean;
}

const verbs: Record<Plan['action'], string> = {
  nothing: 'sync',
  skip: 'sync',
  update: 'update',
  link: 'link',
  create_remote: 'create',
  create_local: 'import',
  unlink: 'unlink',
  close_remote: 'close',
  delete_remote: 'delete',
  orphan: 'orphan',
  delete_local: 'delete',
  forget: 'forget',
};

/** Name of an operation as the error table knows it: `create_deal`, `update_contact`, … */
export function operationOf(plan: Plan, type: Bitrix24Type): string {
  return `${verbs[plan.action]}_${type}`;
}

/**
 * Settles failures, each by its own class: retryable ones come again with exponential backoff, three attempts in all; the rest, and
 * the third failure, become dead letters that wait for a person. Repeat-safe: one open error row per record.
 */
export async function recordFailures(deps: SyncDeps, tenantId: number, failures: readonly Failed[]): Promise<void> {
  if (failures.length === 0) return;
  const now = deps.clock.now().getTime();
  await retryingTransaction(deps.db, async (transaction) => {
    const postponed: PostponedRow[] = [];
    const ticks: RunTick[] = [];
    const lastTicks: RunTick[] = [];
    const dead: LoadedPair[] = [];
    for (const failure of failures) {
      const { pair, plan, error, sent } = failure;
      const attempts = Math.max(...pair.rows.map((row) => row.attempts)) + 1;
      // A defect of ours may be a passing one (a lock, a full disk): it gets its three attempts too.
      const retryable = error instanceof Bitrix24Error ? error.retryable || error.kind === 'gone' : true;
      const again = retryable && attempts < maxAttempts;
      const delay = backoffMs(attempts, deps.timings.backoffMs, deps.random());
      const dueAt = new Date(now + (sent ? Math.max(delay, deps.timings.uncertainWaitMs) : delay));
      await recordError(
        deps.db,
        tenantId,
        {
          operation: operationOf(plan, pairKinds[pair.entity].bitrix24Type),
          entity: pair.entity,
          localId: pair.localId,
          remoteId: pair.remoteId,
          runId: pair.rows.find((row) => row.runId !== null)?.runId ?? null,
          error,
          attempts,
          nextRetryAt: again ? dueAt : null,
        },
        transaction,
      );
      // An unanswered create has not failed yet: its run goes on waiting for it.
      const undecided = again && sent;
      for (const row of pair.rows) {
        if (again) postponed.push({ ...row, dueAt, attempts, sent, counted: !undecided });
        if (undecided) continue;
        const shown = {
          local_id: pair.localId,
          bitrix24_id: pair.remoteId,
          code: codeOf(error),
          message: messageOf(error),
        };
        (again ? ticks : lastTicks).push({ row, outcome: 'failed', conflicts: 0, error: shown });
      }
      if (!again) dead.push(pair);
    }
    await postpone(deps.db, tenantId, postponed, transaction);
    const rows = dead.flatMap((pair) => pair.rows);
    const handled = await removeDone(deps.db, tenantId, rows, transaction);
    await countRuns(deps.db, tenantId, [...ticks, ...ticksOf(handled, lastTicks)], transaction);
  });
  for (const failure of failures) report(deps, tenantId, failure);
}

const genitive = { object: 'объекта', user: 'пользователя', contract: 'договора' } as const;

function report(deps: SyncDeps, tenantId: number, { pair, plan, error, durationMs }: Failed): void {
  const whose =
    pair.localId === null ? `записи Битрикс24 ${pair.remoteId}` : `${genitive[pair.entity]} ${pair.localId}`;
  const operation = operationOf(plan, pairKinds[pair.entity].bitrix24Type);
  deps.log.error(
    { tenant_id: tenantId, operation, result: 'error', duration_ms: durationMs, code: codeOf(error), err: error },
    `Ошибка синхронизации ${whose}: ${messageOf(error)}`,
  );
}
