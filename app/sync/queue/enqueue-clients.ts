import type { Transaction } from 'sequelize';
import { type Database, queryRows, tenantRecords } from '../../models/database.ts';
import { priorities, type QueueRow, rowColumns } from './sync-queue.ts';

/** A contract whose create may have reached the portal is not hurried. */
const queuedAlready = `on conflict (tenant_id, entity, side, record_id) do update
   set changes = q.changes + 1, priority = least(q.priority, excluded.priority),
       due_at = case when q.create_sent_at is null then least(q.due_at, excluded.due_at) else q.due_at end`;

/**
 * What asks for a company asks for every contract that is linked with it: those besides the first one get rows of their own, which are
 * returned as claimed. Committed before the company is read, so that none is forgotten when the worker is killed. Repeat-safe.
 */
export async function askOtherContracts(
  db: Database,
  tenantId: number,
  rows: readonly QueueRow[],
): Promise<QueueRow[]> {
  const asking = rows.filter(({ entity, side }) => entity === 'contract' && side === 'bitrix24');
  if (asking.length === 0) return [];
  const claimed = rows.filter(({ side }) => side === 'local').map(({ recordId }) => recordId);
  return queryRows<QueueRow>(
    db,
    `with asking as ${tenantRecords('asking', '"recordId" bigint, priority smallint')},
     others as (
       select local_id, priority from (
         select m.local_id, r.priority, min(m.local_id) over (partition by m.bitrix24_key) as first
           from asking r
           join bitrix24_sync_mappings m on m.tenant_id = r.tenant_id and m.bitrix24_type = 'company' and m.bitrix24_key = r."recordId"
            and m.local_type = 'contract' and m.state = 'linked') linked
        where local_id <> first and local_id <> all($claimed::integer[]))
     insert into sync_queue as q (tenant_id, entity, side, record_id, reason, priority)
     select $tenantId, 'contract', 'local', local_id, 'company', min(priority) from others group by local_id order by local_id
     ${queuedAlready}
     returning ${rowColumns}`,
    { tenantId, claimed, asking: JSON.stringify(asking.map(({ recordId, priority }) => ({ recordId, priority }))) },
  );
}

/**
 * Queues the contracts that are linked with these companies, but for some: what one of them wrote there concerns the others. Repeat-safe.
 */
export async function enqueueOtherContracts(
  db: Database,
  tenantId: number,
  { companies, except }: { companies: readonly number[]; except: readonly number[] },
  transaction: Transaction,
): Promise<void> {
  if (companies.length === 0) return;
  await queryRows(
    db,
    `insert into sync_queue as q (tenant_id, entity, side, record_id, reason, priority)
     select m.tenant_id, 'contract', 'local', m.local_id, 'company', ${priorities.change}
       from bitrix24_sync_mappings m
      where m.tenant_id = $tenantId and m.local_type = 'contract' and m.bitrix24_type = 'company' and m.state = 'linked'
        and m.bitrix24_key = any($companies::bigint[]) and m.local_id <> all($except::integer[])
      order by m.local_id
     ${queuedAlready}`,
    { tenantId, companies, except },
    transaction,
  );
}
