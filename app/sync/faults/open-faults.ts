import type { Text } from '../../lib/errors.ts';
import { type Database, queryRows } from '../../models/database.ts';
import { type Fault, listOpenFaults } from './fault-store.ts';
import { waitsFor } from './fault-texts.ts';
import { faultName } from './scope.ts';

/** An open fault with what waits for its end. */
export interface ShownFault extends Fault {
  waits: { text: Text; count: number };
}

/**
 * The tenant's open faults, the oldest first, each with the number of records that wait for its end: in the queue, or as an error that
 * is tried again then. For the connection the whole queue waits.
 */
export async function readOpenFaults(db: Database, tenantId: number): Promise<ShownFault[]> {
  const faults = await listOpenFaults(db, tenantId);
  return Promise.all(
    faults.map(async (fault) => ({
      ...fault,
      waits: { text: waitsFor(fault), count: await countWaiting(db, tenantId, fault) },
    })),
  );
}

/** How many faults of a tenant are open. */
export async function countOpenFaults(db: Database, tenantId: number): Promise<number> {
  const [row] = await queryRows<{ count: number }>(
    db,
    'select count(*)::integer as count from sync_faults where tenant_id = $tenantId and ended_at is null',
    { tenantId },
  );
  return row?.count ?? 0;
}

/** Open faults of all tenants by scope. */
export async function countFaultsByScope(db: Database): Promise<{ scope: string; count: number }[]> {
  return queryRows(
    db,
    'select scope, count(*)::integer as count from sync_faults where ended_at is null group by scope',
  );
}

// A record with an error may be queued as well: it is one that waits.
async function countWaiting(db: Database, tenantId: number, fault: Fault): Promise<number> {
  const condition = fault.scope === 'connection' ? '' : 'and waits_for = $name';
  const [row] = await queryRows<{ count: number }>(
    db,
    `select count(*)::integer as count from (
       select entity, side, record_id::text from sync_queue where tenant_id = $tenantId ${condition}
       union
       select local_type, case when local_id is null then 'bitrix24' else 'local' end, coalesce(local_id::text, external_id)
         from integration_errors
        where tenant_id = $tenantId and fault_id = $id and status <> 'resolved' and local_type is not null) w`,
    { tenantId, id: fault.id, ...(fault.scope !== 'connection' && { name: faultName(fault) }) },
  );
  return row?.count ?? 0;
}
