import type { Transaction } from 'sequelize';
import { type Database, queryRows } from '../models/database.ts';

/**
 * Queues every linked record of the kinds that are synchronised automatically: what changed on either side while there was no
 * connection was not queued, so it has to be looked at. Mappings hold the ids of deleted records too. Repeat-safe.
 */
export async function queueMappedRecords(db: Database, tenantId: number, transaction: Transaction): Promise<void> {
  await queryRows(
    db,
    `with added as (
       insert into sync_queue as q (tenant_id, entity, side, record_id, reason, priority)
       select m.tenant_id, m.local_type, 'local', m.local_id, 'reconnected', 20
         from bitrix24_sync_mappings m
        where m.tenant_id = $tenantId and m.state = 'linked'
          and exists (select 1 from axenta_automatic_tenants(m.local_type) t where t.tenant_id = m.tenant_id)
        order by m.local_type, m.local_id
       on conflict (tenant_id, entity, side, record_id) do update
          set changes = q.changes + 1, due_at = least(q.due_at, excluded.due_at)
       returning tenant_id)
     select pg_notify('axenta_sync', tenant_id::text) from (select distinct tenant_id from added) t`,
    { tenantId },
    transaction,
  );
}

/**
 * Forgets everything that speaks of the former portal's records: mappings, queued ids, unanswered creates, watermarks, open
 * conflicts and errors. The log stays.
 */
export async function forgetFormerPortal(db: Database, tenantId: number, transaction: Transaction): Promise<void> {
  const statements = [
    'delete from bitrix24_sync_mappings where tenant_id = $tenantId',
    `delete from sync_queue where tenant_id = $tenantId and side = 'bitrix24'`,
    `update sync_queue set create_sent_at = null, create_values = null, attempts = 0
      where tenant_id = $tenantId and create_sent_at is not null`,
    'delete from sync_watermarks where tenant_id = $tenantId',
    `update sync_conflicts set state = 'resolved', resolved_at = now() where tenant_id = $tenantId and state = 'open'`,
    `update integration_errors set status = 'resolved', resolved_at = now(), updated_at = now()
      where tenant_id = $tenantId and status <> 'resolved'`,
  ];
  for (const sql of statements) await queryRows(db, sql, { tenantId }, transaction);
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
