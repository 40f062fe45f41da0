import type { Transaction } from 'sequelize';
import { isDatabaseAway } from '../../lib/database-away.ts';
import { makeGiveWay } from '../../lib/give-way.ts';
import { retryingTransaction } from '../../models/retrying-transaction.ts';
import type { SyncDeps } from '../deps.ts';
import { saveAsked, settleAsked } from '../journal/asked-conflicts.ts';
import { resolveErrors } from '../journal/error-log.ts';
import { endMatches, saveMatches } from '../journal/matches.ts';
import { countRuns, ticksOf } from '../journal/run-counters.ts';
import { decisions, type LogLine, reportLines, saveConflicts, saveLog } from '../journal/sync-log.ts';
import { markAsOurs } from '../load/local-rows.ts';
import { markOutside, touchMappings } from '../load/mapping-marks.ts';
import { deleteMappings, saveMappings, setMappingState } from '../load/mappings.ts';
import type { SyncContext } from '../pair.ts';
import { enqueueOtherContracts } from '../queue/enqueue-clients.ts';
import { enqueueObjectsOfContracts } from '../queue/enqueue-linked.ts';
import { forgetAdded } from '../queue/forget-rows.ts';
import { enqueue, priorities, removeDone } from '../queue/sync-queue.ts';
import { settledByEnding } from './asked-fields.ts';
import { commitPair } from './commit-pair.ts';
import { type AppliedPlan, type Entries, joinEntries } from './entries.ts';
import { companiesToTell } from './other-contracts.ts';
import { recordFailures, recordRefusedFields } from './retry-policy.ts';
import { isDataRefusal } from './write-changes.ts';

/**
 * Commits applied plans; when one pair of them cannot be committed (a constraint refuses its value), the others are committed one by one,
 * and that pair field by field. What is refused all the same is a failure of its own.
 */
export async function commitChunk(deps: SyncDeps, context: SyncContext, items: readonly AppliedPlan[]): Promise<void> {
  const [only] = items;
  if (!only) return;
  try {
    const commit = () => commitTogether(deps, context, items, { byField: false });
    const isBulk = context.options.urgency === 'bulk';
    report(deps, context, isBulk && deps.bulkTurns ? await deps.bulkTurns.run(commit) : await commit());
  } catch (error) {
    // No pair is charged for it: what was sent is found by its mark in the queue.
    if (isDatabaseAway(error)) throw error;
    if (items.length > 1) {
      for (const item of items) await commitChunk(deps, context, [item]);
      return;
    }
    await commitAlone(deps, context, only, error);
  }
}

function report({ log, tally }: SyncDeps, { tenantId }: SyncContext, lines: readonly LogLine[]): void {
  reportLines(log, tenantId, lines);
  for (const { entity, direction, operation } of lines)
    if (!decisions.includes(operation)) tally?.applied(entity, direction);
}

async function commitAlone(deps: SyncDeps, context: SyncContext, item: AppliedPlan, refusal: unknown): Promise<void> {
  let error = refusal;
  if (isDataRefusal(refusal) && 'merge' in item.plan) {
    try {
      report(deps, context, await commitTogether(deps, context, [item], { byField: true }));
      return;
    } catch (again) {
      if (isDatabaseAway(again)) throw again;
      error = again;
    }
  }
  // A create that the portal carried out is found by its origin: its mark stays.
  const sent = item.plan.action === 'create_remote';
  await recordFailures(deps, context.tenantId, [{ ...item, error, sent }]);
}

/**
 * One local transaction: local rows, shadows, mappings, log, conflicts, run counters, queue. A local row that changed since it was read is
 * not written; its pair stays queued and is decided anew. Returns the log lines, for the log.
 */
async function commitTogether(
  deps: SyncDeps,
  context: SyncContext,
  items: readonly AppliedPlan[],
  { byField }: { byField: boolean },
): Promise<LogLine[]> {
  return retryingTransaction(deps.db, async (transaction) => {
    await markAsOurs(deps.db, transaction);
    const parts: Entries[] = [];
    const giveWay = makeGiveWay();
    for (const item of items) {
      await giveWay();
      const part = await commitPair(deps, context, item, { transaction, byField });
      const ended = part.done.length > 0 ? settledByEnding(item.pair, item.plan) : [];
      parts.push({ ...part, settled: [...part.settled, ...ended] });
    }
    const entries = joinEntries(parts);
    await writeEntries(deps, context, entries, transaction);
    const companies = companiesToTell(items);
    const except = items.flatMap(({ pair }) => pair.localId ?? []);
    await enqueueOtherContracts(deps.db, context.tenantId, { companies, except }, transaction);
    return entries.log;
  });
}

async function writeEntries(
  deps: SyncDeps,
  { tenantId, entity }: SyncContext,
  entries: Entries,
  transaction: Transaction,
): Promise<void> {
  const { db } = deps;
  await saveMappings(db, tenantId, entries.mappings, transaction);
  await touchMappings(db, tenantId, entries.seen, transaction);
  await markOutside(db, tenantId, entries.outside, transaction);
  await setMappingState(db, tenantId, { ids: entries.unlinked, state: 'unlinked' }, transaction);
  await setMappingState(db, tenantId, { ids: entries.orphaned, state: 'orphaned' }, transaction);
  await deleteMappings(db, tenantId, entries.forgotten, transaction);
  await saveLog(db, tenantId, entries.log, transaction);
  await saveConflicts(db, tenantId, entries.conflicts, transaction);
  // What was decided about other values is closed before the values of now are asked about.
  await settleAsked(db, tenantId, entries.settled, transaction);
  await saveAsked(db, tenantId, entries.asked, transaction);
  // A surplus record is in order only when it is gone, a pair only when all its fields are: what was just said of them stays.
  const inError = new Set([...entries.resting, ...entries.refused.map(({ pair }) => pair)]);
  const inOrder = entries.done.filter((pair) => !pair.duplicate && !pair.question && !inError.has(pair));
  await resolveErrors(db, tenantId, { records: inOrder }, transaction);
  // What was to be tried again has been, and went well.
  await resolveErrors(db, tenantId, { records: entries.resting, statuses: ['pending'] }, transaction);
  await recordRefusedFields(deps, tenantId, entries.refused, transaction);
  await saveMatches(db, { tenantId, entity }, entries.waiting, transaction);
  await endMatches(db, { tenantId, entity }, settledIn(entries), transaction);
  await enqueueObjectsOfContracts(db, tenantId, contractsWithNewCompanies(entries.log), transaction);
  const rows = entries.done.flatMap((pair) => pair.rows);
  const handled = await removeDone(db, tenantId, rows, transaction);
  await forgetAdded(
    db,
    { tenantId, entity },
    entries.made.map(({ remoteId }) => remoteId),
    transaction,
  );
  await enqueueAgain(deps, tenantId, entries, transaction);
  await countRuns(db, tenantId, ticksOf(handled, entries.ticks), transaction);
}

/** A deal shows its contract's company: once the company exists, the objects of the contract have something to show. */
function contractsWithNewCompanies(log: readonly LogLine[]): number[] {
  const linking = ['create', 'recreate', 'link', 'import'];
  return log.flatMap(({ entity, operation, localId }) =>
    entity === 'contract' && linking.includes(operation) && localId !== null ? [localId] : [],
  );
}

/** Records that wait for no person (any more), and those that are linked now. */
function settledIn({ done, waiting, mappings }: Entries): { settled: number[]; linked: number[] } {
  const asking = new Set(waiting.map(({ localId }) => localId));
  const linked = mappings.filter(({ state = 'linked' }) => state === 'linked').map(({ localId }) => localId);
  return { settled: done.flatMap(({ localId }) => (localId === null || asking.has(localId) ? [] : [localId])), linked };
}

async function enqueueAgain(
  { db }: SyncDeps,
  tenantId: number,
  { again }: Entries,
  transaction: Transaction,
): Promise<void> {
  const requests = again.flatMap(({ entity, localId }) => {
    const row = { tenantId, entity, side: 'local', reason: 'overwritten', priority: priorities.event } as const;
    return localId === null ? [] : [{ ...row, recordId: localId }];
  });
  await enqueue(db, requests, transaction);
}
