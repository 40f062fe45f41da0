import type { Transaction } from 'sequelize';
import { Bitrix24Error } from '../../bitrix24/errors.ts';
import { type Bitrix24Type, pairKinds, type SyncDirection } from '../../lib/records.ts';
import { retryingTransaction } from '../../models/retrying-transaction.ts';
import type { SyncDeps } from '../deps.ts';
import { backoffMs, maxAttempts } from '../faults/backoff.ts';
import { codeOf, messageOf, recordError } from '../journal/error-log.ts';
import { countRuns, type RunTick, ticksOf } from '../journal/run-counters.ts';
import type { LoadedPair } from '../pair.ts';
import type { Plan } from '../plan/plan.ts';
import { type PostponedRow, postpone } from '../queue/put-off.ts';
import { removeDone } from '../queue/sync-queue.ts';
import type { Entries } from './entries.ts';

/** A pair whose plan could not be applied. */
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
  exclude: 'exclude',
  wait: 'match',
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

/** What a failure means for its queue rows. */
interface Verdict {
  failure: Failed;
  attempts: number;
  again: boolean;
  dueAt: Date;
}

/**
 * Records failures, each by its own class: retryable ones come again with exponential backoff, three attempts in all; the rest, and
 * the third failure, become dead letters that wait for a person. Repeat-safe: one open error row per record.
 */
export async function recordFailures(deps: SyncDeps, tenantId: number, failures: readonly Failed[]): Promise<void> {
  if (failures.length === 0) return;
  await retryingTransaction(deps.db, async (transaction) => {
    const verdicts = failures.map((failure) => judge(deps, failure));
    for (const verdict of verdicts) await recordVerdict(deps, tenantId, verdict, transaction);
    const ticks = verdicts.filter(({ again }) => again).flatMap(failedTicks);
    const lastTicks = verdicts.filter(({ again }) => !again).flatMap(failedTicks);
    await postpone(deps.db, tenantId, verdicts.flatMap(postponedRows), transaction);
    const dead = verdicts.filter(({ again }) => !again).flatMap(({ failure }) => failure.pair.rows);
    const handled = await removeDone(deps.db, tenantId, dead, transaction);
    await countRuns(deps.db, tenantId, [...ticks, ...ticksOf(handled, lastTicks)], transaction);
  });
  for (const failure of failures) report(deps, tenantId, failure);
}

function judge(deps: SyncDeps, failure: Failed): Verdict {
  const { pair, error, sent } = failure;
  const attempts = Math.max(0, ...pair.rows.map((row) => row.attempts)) + 1;
  // A defect of ours may be a passing one (a lock, a full disk): it gets its three attempts too.
  const retryable = error instanceof Bitrix24Error ? error.retryable || error.kind === 'gone' : true;
  const delay = backoffMs(attempts, deps.timings.backoffMs, deps.random());
  const wait = sent ? Math.max(delay, deps.timings.uncertainWaitMs) : delay;
  const dueAt = new Date(deps.clock.now().getTime() + wait);
  return { failure, attempts, again: retryable && attempts < maxAttempts, dueAt };
}

function recordVerdict(
  deps: SyncDeps,
  tenantId: number,
  { failure, attempts, again, dueAt }: Verdict,
  transaction: Transaction,
): Promise<void> {
  const { pair, plan, error } = failure;
  const entry = {
    operation: operationOf(plan, pairKinds[pair.entity].bitrix24Type),
    entity: pair.entity,
    localId: pair.localId,
    remoteId: pair.remoteId,
    runId: pair.rows.find((row) => row.runId !== null)?.runId ?? null,
    error,
    attempts,
    nextRetryAt: again ? dueAt : null,
  };
  return recordError(deps.db, tenantId, entry, transaction);
}

// An unanswered create has not failed yet: its run goes on waiting for it.
const isUndecided = ({ again, failure }: Verdict) => again && failure.sent;

function postponedRows(verdict: Verdict): PostponedRow[] {
  const { failure, attempts, again, dueAt } = verdict;
  if (!again) return [];
  // What a create without an answer made was found, and could not be linked yet: the mark tells that it is ours.
  const isBesideCreate = failure.plan.action !== 'create_remote';
  return failure.pair.rows.map((row) => ({
    ...row,
    dueAt,
    attempts,
    sent: failure.sent || (isBesideCreate && row.createSentAt !== null),
    counted: !isUndecided(verdict),
  }));
}

function failedTicks(verdict: Verdict): RunTick[] {
  if (isUndecided(verdict)) return [];
  const { pair, error } = verdict.failure;
  const shown = { local_id: pair.localId, bitrix24_id: pair.remoteId, code: codeOf(error), message: messageOf(error) };
  return pair.rows.map((row) => ({ row, outcome: 'failed', conflicts: 0, error: shown }));
}

/**
 * Writes the errors of fields that were refused, one row a record: its other fields are in step. The fields rest until either side
 * changes them again. Repeat-safe.
 */
export async function recordRefusedFields(
  deps: SyncDeps,
  tenantId: number,
  refused: Entries['refused'],
  transaction: Transaction,
): Promise<void> {
  for (const { pair, plan, fields, durationMs } of refused) {
    const [first] = fields;
    if (!first) continue;
    const entry = {
      operation: operationOf(plan, pairKinds[pair.entity].bitrix24Type),
      entity: pair.entity,
      localId: pair.localId,
      remoteId: pair.remoteId,
      runId: pair.rows.find((row) => row.runId !== null)?.runId ?? null,
      error: first.error,
      attempts: 1,
      nextRetryAt: null,
      request: {
        fields: fields.map(({ key, error }) => ({ field: key, code: codeOf(error), message: messageOf(error) })),
      },
    };
    await recordError(deps.db, tenantId, entry, transaction);
    report(deps, tenantId, { pair, plan, error: first.error, durationMs, sent: false });
  }
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
  const kind = error instanceof Bitrix24Error ? error.kind : 'validation';
  deps.tally?.failed(pair.entity, directionOf(plan), { kind, code: codeOf(error) });
}

/** Which side was to be changed. */
function directionOf(plan: Plan): SyncDirection {
  if ('merge' in plan) return plan.merge.toRemote.length > 0 ? 'to_bitrix' : 'from_bitrix';
  return changesOurSide.includes(plan.action) ? 'from_bitrix' : 'to_bitrix';
}

const changesOurSide: readonly Plan['action'][] = ['create_local', 'delete_local', 'orphan', 'unlink'];
