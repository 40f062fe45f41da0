import { type Entity, entities, type Side } from '../../lib/records.ts';
import { type Database, queryRows } from '../../models/database.ts';
import { enqueue, priorities } from '../queue/sync-queue.ts';
import { closeFault } from './fault-store.ts';
import type { FaultScope } from './scope.ts';

/** Open faults whose next try has come although nothing in the queue waits for it: no probe would come by itself. */
const isIdle = `
   f.ended_at is null and f.next_try_at <= now() and f.scope in ('kind', 'method')
   and exists (select 1 from bitrix24_effective_connections c where c.tenant_id = f.tenant_id and c.state = 'active')
   and not exists (select 1 from sync_queue q where q.tenant_id = f.tenant_id and q.waits_for = f.scope || ':' || f.subject)`;

/** The record of the fault's oldest error, and whether it is in the queue, for a reason of its own. */
const oldestError = `
  left join lateral (
    select r.*, q.tenant_id is not null as queued
      from (select e.local_type as entity, case when e.local_id is null then 'bitrix24' else 'local' end as side,
                   coalesce(e.local_id, e.external_id::integer) as record_id
              from integration_errors e
             where e.tenant_id = f.tenant_id and e.fault_id = f.id and e.status <> 'resolved' and e.local_type is not null
             order by e.id limit 1) r
      left join sync_queue q on q.tenant_id = f.tenant_id and (q.entity, q.side, q.record_id) = (r.entity, r.side, r.record_id)
  ) e on true`;

interface IdleFault {
  tenant_id: number;
  scope: FaultScope;
  subject: string;
  entity: Entity | null;
  side: Side | null;
  record_id: number | null;
  queued: boolean | null;
}

/**
 * Sees to the faults that no row of the queue waits for. One that has errors gets the record of the oldest as its probe. One of a method,
 * or of writing a kind, without errors ends: nothing is in its way, and the next refusal opens it again. Repeat-safe.
 */
export async function tryIdleFaults(db: Database): Promise<void> {
  const faults = await queryRows<IdleFault>(
    db,
    `select f.tenant_id, f.scope, f.subject, e.entity, e.side, e.record_id, e.queued from sync_faults f ${oldestError} where ${isIdle}`,
  );
  for (const { tenant_id: tenantId, entity, side, record_id: recordId, queued, ...key } of faults) {
    if (entity && side && recordId !== null) {
      if (!queued) await enqueue(db, [{ tenantId, entity, side, recordId, reason: 'retry', priority: priorities.run }]);
    } else if (!isOfReading(key.subject)) await closeFault(db, tenantId, key);
  }
}

/** Companies with a kind that could not be read, and no record of it that waits or failed: it is looked in the portal whether it can be read now. */
export async function listTenantsToReadAgain(db: Database): Promise<number[]> {
  const rows = await queryRows<{ id: number }>(
    db,
    `select distinct f.tenant_id as id from sync_faults f where ${isIdle} and f.scope = 'kind' and f.subject = any($kinds) order by 1`,
    { kinds: [...entities] },
  );
  return rows.map(({ id }) => id);
}

const isOfReading = (subject: string): boolean => entities.some((entity) => entity === subject);
