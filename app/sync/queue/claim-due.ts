import { type Database, queryRows, tenantRecords } from '../../models/database.ts';
import { type HandledRow, priorities, type QueueRow, rowColumns } from './sync-queue.ts';

/** Which rows are claimed: what just changed, or what can wait (runs, sweeps, statements over many rows). */
export interface Claim {
  limit: number;
  lane: 'urgent' | 'bulk';
}

/**
 * Takes due rows of one tenant, the most urgent first; contracts before users before objects, because a deal needs its company. Nothing
 * is locked, so that the two lanes of a tenant do not hold each other's rows: one job per tenant is what keeps two workers apart. A row that
 * another program holds locked is claimed as well; what it needs written is passed over there and stays queued.
 */
export async function claimDue(db: Database, tenantId: number, { limit, lane }: Claim): Promise<QueueRow[]> {
  const rows: QueueRow[] = [];
  for (const { priority, entity } of await findDueGroups(db, tenantId, lane)) {
    if (rows.length >= limit) break;
    const claimed = await queryRows<QueueRow>(
      db,
      `select ${rowColumns} from sync_queue
        where tenant_id = $tenantId and priority = $priority and entity = $entity and due_at <= now()
        order by due_at, record_id limit $limit`,
      { tenantId, priority, entity, limit: limit - rows.length },
    );
    rows.push(...claimed);
  }
  return rows;
}

/** Which kinds have something due, in the order of their claim: what is put off is never read, however much there is of it. */
async function findDueGroups(
  db: Database,
  tenantId: number,
  lane: Claim['lane'],
): Promise<Pick<QueueRow, 'priority' | 'entity'>[]> {
  return queryRows(
    db,
    `with recursive used as (
       (select priority from sync_queue where tenant_id = $tenantId order by priority limit 1)
       union all
       select (select q.priority from sync_queue q where q.tenant_id = $tenantId and q.priority > used.priority
                order by q.priority limit 1) from used where used.priority is not null)
     select priority, entity from used cross join unnest(array['contract', 'user', 'object']) with ordinality as kind (entity, place)
      where priority ${lane === 'urgent' ? '<=' : '>'} ${priorities.change}
        and (select q.due_at from sync_queue q where q.tenant_id = $tenantId and q.priority = used.priority
                and q.entity = kind.entity order by q.due_at limit 1) <= now()
      order by priority, place`,
    { tenantId },
  );
}

/** Which of these rows still stand in the queue, as they are now. */
export async function findQueued(db: Database, tenantId: number, rows: readonly HandledRow[]): Promise<HandledRow[]> {
  if (rows.length === 0) return [];
  return queryRows<HandledRow>(
    db,
    `with asked as ${tenantRecords('rows', 'entity text, side text, record_id bigint')}
     select entity, side, record_id::integer as "recordId" from asked join sync_queue using (tenant_id, entity, side, record_id)`,
    {
      tenantId,
      rows: JSON.stringify(rows.map(({ entity, side, recordId }) => ({ entity, side, record_id: recordId }))),
    },
  );
}
