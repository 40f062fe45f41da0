import type { Transaction } from 'sequelize';
import { type Entity, entities } from '../../lib/records.ts';
import { type Database, queryRows } from '../../models/database.ts';
import { priorities } from './sync-queue.ts';

/** Why linked records have to be looked at: changes were not queued for a while, or were not carried over. */
export interface Interruption {
  reason: 'reconnected' | 'automatic_on' | 'field_map' | 'field_back';
  /** The kinds that it concerns; all of them when absent. */
  entities?: readonly Entity[];
}

/**
 * Queues every linked record of the kinds that are synchronised automatically: what changed on either side while nothing was queued
 * has to be looked at. Mappings hold the ids of deleted records too. A tenant without a connection queues nothing. What transactions
 * write that are open just now is left to a look from our side, which is asked for here. Repeat-safe.
 */
export async function enqueueLinked(
  db: Database,
  tenantId: number,
  interruption: Interruption,
  transaction: Transaction,
): Promise<void> {
  await queryRows(
    db,
    `with added as (
       insert into sync_queue as q (tenant_id, entity, side, record_id, reason, priority)
       select m.tenant_id, m.local_type, 'local', m.local_id, $reason, ${priorities.run}
         from bitrix24_sync_mappings m
        where m.tenant_id = $tenantId and m.state = 'linked' and m.local_type = any(array(
                select entity from unnest($entities::text[]) as entity
                 where exists (select 1 from axenta_automatic_tenants(entity) t where t.tenant_id = $tenantId)))
        order by m.local_type, m.local_id
       on conflict (tenant_id, entity, side, record_id) do update
          set changes = q.changes + 1, due_at = least(q.due_at, excluded.due_at)
       returning tenant_id)
     select pg_notify('axenta_sync', tenant_id::text) from (select distinct tenant_id from added) t`,
    { tenantId, reason: interruption.reason, entities: [...(interruption.entities ?? entities)] },
    transaction,
  );
  if (interruption.entities?.length !== 0) await askForLook(db, tenantId, transaction);
}

/** Asks for a look from our side, soon: it finds what nothing queued. Repeat-safe. */
export async function askForLook(db: Database, tenantId: number, transaction: Transaction): Promise<void> {
  await queryRows(
    db,
    `insert into local_looks (tenant_id) values ($tenantId)
     on conflict (tenant_id) do update set asked_at = now(), after_xid = null`,
    { tenantId },
    transaction,
  );
}

/** Queues the objects of these contracts, where objects are synchronised automatically. Repeat-safe. */
export async function enqueueObjectsOfContracts(
  db: Database,
  tenantId: number,
  contractIds: readonly number[],
  transaction: Transaction,
): Promise<void> {
  if (contractIds.length === 0) return;
  await queryRows(
    db,
    `insert into sync_queue as q (tenant_id, entity, side, record_id, reason, priority)
     select tenant_id, 'object', 'local', id, 'contract', ${priorities.change} from objects
      where tenant_id = $tenantId and contract_id = any($contractIds) and deleted_at is null
        and tenant_id in (select tenant_id from axenta_automatic_tenants('object'))
      order by id
     on conflict (tenant_id, entity, side, record_id) do update set changes = q.changes + 1`,
    { tenantId, contractIds },
    transaction,
  );
}
