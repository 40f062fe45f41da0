import type { Transaction } from 'sequelize';
import type { Entity } from '../../lib/records.ts';
import { type Database, queryRows } from '../../models/database.ts';
import { priorities } from './sync-queue.ts';

/**
 * Queues the records of these kinds that have fields about which a person is asked: what decides about them has changed. Wakes the tenant
 * when the transaction commits. Repeat-safe.
 */
export async function enqueueStanding(
  db: Database,
  tenantId: number,
  entities: readonly Entity[],
  transaction: Transaction,
): Promise<void> {
  if (entities.length === 0) return;
  await queryRows(
    db,
    `with added as (
       insert into sync_queue as q (tenant_id, entity, side, record_id, reason, priority)
       select distinct tenant_id, entity, 'local', local_id, 'policy', ${priorities.bulk} from sync_conflicts
        where standing and tenant_id = $tenantId and entity = any($entities) order by entity, local_id
       on conflict (tenant_id, entity, side, record_id) do update
          set changes = q.changes + 1, due_at = least(q.due_at, excluded.due_at)
       returning tenant_id)
     select pg_notify('axenta_sync', tenant_id::text) from (select distinct tenant_id from added) t`,
    { tenantId, entities: [...entities] },
    transaction,
  );
}
