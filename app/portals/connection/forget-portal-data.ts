import type { Transaction } from 'sequelize';
import { type Database, queryRows } from '../../models/database.ts';
import { closeAllFaults } from '../../sync/faults/fault-store.ts';

/**
 * Forgets everything that speaks of the former portal's records: mappings, queued ids, unanswered creates, watermarks, held deletions,
 * open conflicts, errors and faults. The log stays.
 */
export async function forgetFormerPortal(db: Database, tenantId: number, transaction: Transaction): Promise<void> {
  const statements = [
    'delete from bitrix24_sync_mappings where tenant_id = $tenantId',
    `delete from sync_queue where tenant_id = $tenantId and side = 'bitrix24'`,
    `update sync_queue set create_sent_at = null, create_values = null, attempts = 0
      where tenant_id = $tenantId and create_sent_at is not null`,
    'delete from sync_watermarks where tenant_id = $tenantId',
    'delete from sync_removals where tenant_id = $tenantId',
    `update sync_held set ended_at = now(), state = case state when 'held' then 'restored' else state end
      where tenant_id = $tenantId and ended_at is null`,
    `update sync_conflicts set state = 'resolved', resolved_at = now() where tenant_id = $tenantId and state = 'open'`,
    `update integration_errors set status = 'resolved', resolved_at = now(), updated_at = now()
      where tenant_id = $tenantId and status <> 'resolved'`,
  ];
  for (const sql of statements) await queryRows(db, sql, { tenantId }, transaction);
  await closeAllFaults(db, tenantId, transaction);
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
