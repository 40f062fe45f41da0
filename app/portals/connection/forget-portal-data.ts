import type { Transaction } from 'sequelize';
import { type Database, queryRows } from '../../models/database.ts';
import { closeAllFaults } from '../../sync/faults/fault-store.ts';
import { closeAllEntries } from '../../sync/journal/close-entries.ts';
import { endAllMatches } from '../../sync/journal/matches.ts';
import { unlinkMappings } from '../../sync/load/mappings.ts';
import { forgetPortalRows } from '../../sync/queue/forget-rows.ts';
import { forgetSchema } from '../../sync/schema/schema-store.ts';
import { forgetTasks } from '../../sync/tasks/task-store.ts';

/**
 * Forgets everything that speaks of the former portal's records: queued ids, unanswered creates, watermarks, held deletions, open
 * conflicts, errors and faults, fields and lists, tasks. The log stays, and so does what was linked with what, for the day when that portal is connected again.
 */
export async function forgetFormerPortal(db: Database, tenantId: number, transaction: Transaction): Promise<void> {
  await unlinkMappings(db, tenantId, null, transaction);
  await endAllMatches(db, tenantId, transaction);
  await forgetPortalRows(db, tenantId, transaction);
  const statements = [
    'delete from sync_watermarks where tenant_id = $tenantId',
    'delete from sync_removals where tenant_id = $tenantId',
    `update sync_held set ended_at = now(), state = case state when 'held' then 'restored' else state end
      where tenant_id = $tenantId and ended_at is null`,
  ];
  for (const sql of statements) await queryRows(db, sql, { tenantId }, transaction);
  await closeAllEntries(db, tenantId, transaction);
  await closeAllFaults(db, tenantId, transaction);
  await forgetSchema(db, tenantId, transaction);
  await forgetTasks(db, tenantId, transaction);
  await stopRuns(db, tenantId, transaction);
}

/** Cancels the run under way: without its queue rows it would never end, and no other could start. */
export async function stopRuns(db: Database, tenantId: number, transaction: Transaction): Promise<void> {
  await queryRows(
    db,
    `update sync_runs set state = 'cancelled', finished_at = now() where tenant_id = $tenantId and state = 'running'`,
    { tenantId },
    transaction,
  );
}
