import type { Transaction } from 'sequelize';
import { queryRows } from '../../models/database.ts';
import { retryingTransaction } from '../../models/retrying-transaction.ts';
import type { SyncDeps } from '../deps.ts';
import { resolveErrors } from '../journal/error-log.ts';
import { countRuns, ticksOf } from '../journal/run-counters.ts';
import { type LogLine, saveConflicts, saveLog } from '../journal/sync-log.ts';
import { markAsOurs } from '../load/local-rows.ts';
import { deleteMappings, saveMappings, setMappingState, touchMappings } from '../load/mappings.ts';
import { removeDone } from '../queue/sync-queue.ts';
import { type AppliedPlan, type CommitContext, commitPair, type Ledger } from './commit-pair.ts';

/**
 * Settles a chunk in one local transaction: local rows, shadows, mappings, log, conflicts, run counters, queue. A local row that
 * changed since it was read is not written; its pair stays queued and is decided anew. Returns the log lines, for the log.
 */
export async function commitChunk(
  deps: SyncDeps,
  context: CommitContext,
  applied: readonly AppliedPlan[],
): Promise<LogLine[]> {
  if (applied.length === 0) return [];
  return retryingTransaction(deps.db, async (transaction) => {
    await markAsOurs(deps.db, transaction);
    const ledger: Ledger = {
      mappings: [],
      unlinked: [],
      orphaned: [],
      forgotten: [],
      seen: [],
      log: [],
      conflicts: [],
      ticks: [],
      done: [],
    };
    for (const item of applied) await commitPair(deps, context, item, ledger, transaction);
    await writeLedger(deps, context, ledger, transaction);
    return ledger.log;
  });
}

async function writeLedger(
  deps: SyncDeps,
  { tenantId }: CommitContext,
  ledger: Ledger,
  transaction: Transaction,
): Promise<void> {
  const { db } = deps;
  await saveMappings(db, tenantId, ledger.mappings, transaction);
  await touchMappings(db, tenantId, ledger.seen, transaction);
  await setMappingState(db, tenantId, ledger.unlinked, 'unlinked', transaction);
  await setMappingState(db, tenantId, ledger.orphaned, 'orphaned', transaction);
  await deleteMappings(db, tenantId, ledger.forgotten, transaction);
  await saveLog(db, tenantId, ledger.log, transaction);
  await saveConflicts(db, tenantId, ledger.conflicts, transaction);
  // A surplus record is in order only when it is gone: what was just said of it stays.
  const inOrder = ledger.done.filter((pair) => !pair.duplicate);
  await resolveErrors(db, tenantId, inOrder, transaction);
  await queueObjectsOfNewCompanies(deps, tenantId, ledger, transaction);
  const rows = ledger.done.flatMap((pair) => pair.rows);
  const handled = await removeDone(db, tenantId, rows, transaction);
  await countRuns(db, tenantId, ticksOf(handled, ledger.ticks), transaction);
}

/** A deal shows its contract's company: once the company exists, the objects of the contract have something to show. */
async function queueObjectsOfNewCompanies(
  deps: SyncDeps,
  tenantId: number,
  ledger: Ledger,
  transaction: Transaction,
): Promise<void> {
  const contracts = ledger.log.filter(
    ({ entity, operation }) => entity === 'contract' && ['create', 'recreate', 'link', 'import'].includes(operation),
  );
  if (contracts.length === 0) return;
  await queryRows(
    deps.db,
    `insert into sync_queue as q (tenant_id, entity, side, record_id, reason, priority)
     select tenant_id, 'object', 'local', id, 'contract', 10 from objects
      where tenant_id = $tenantId and contract_id = any($ids) and deleted_at is null
        and tenant_id in (select tenant_id from axenta_automatic_tenants('object'))
      order by id
     on conflict (tenant_id, entity, side, record_id) do update set changes = q.changes + 1`,
    { tenantId, ids: contracts.map((line) => line.localId) },
    transaction,
  );
}
