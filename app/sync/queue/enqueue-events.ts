import { type Entity, pairKinds } from '../../lib/records.ts';
import { type Database, queryRows } from '../../models/database.ts';
import { enqueue, priorities, type QueueRequest } from './sync-queue.ts';

/** What a portal told of one of its records. */
export interface EventNotice {
  entity: Entity;
  recordId: number;
  change: 'added' | 'changed' | 'deleted';
}

/**
 * Queues the records that a portal told of, and wakes their tenants. Our own writes come back as notices, too: that a record was added
 * which we know already says nothing new, and is dropped; what may be an echo waits for a moment, so that many are read in one request.
 * Repeat-safe.
 */
export async function enqueueEvents(
  db: Database,
  tenantIds: readonly number[],
  notices: readonly EventNotice[],
): Promise<void> {
  const requests: QueueRequest[] = [];
  for (const tenantId of tenantIds) {
    const echoes = await findEchoes(db, tenantId, notices);
    for (const [index, { entity, recordId, change }] of notices.entries()) {
      const echo = echoes.get(index);
      if (echo?.isKnown) continue;
      const reason = change === 'changed' ? 'event' : change;
      const dueAt = echo?.dueAt ? { dueAt: echo.dueAt } : {};
      // What is most likely our own create's echo must not stand before what people do.
      const priority = echo?.dueAt && change === 'added' ? priorities.run : priorities.event;
      requests.push({ tenantId, entity, side: 'bitrix24', recordId, reason, priority, ...dueAt });
    }
  }
  await enqueue(db, requests);
  // A create that was committed between the look and the enqueueing could not forget its notice.
  await forgetLinked(
    db,
    requests.filter(({ reason, dueAt }) => reason === 'added' && dueAt),
  );
}

/** Forgets notices that a record was added which is linked by now. Repeat-safe. */
async function forgetLinked(db: Database, requests: readonly QueueRequest[]): Promise<void> {
  if (requests.length === 0) return;
  const rows = requests.map(({ tenantId, entity, recordId }) => ({
    tenant: tenantId,
    entity,
    type: pairKinds[entity].bitrix24Type,
    id: recordId,
  }));
  await queryRows(
    db,
    `delete from sync_queue q
      using jsonb_to_recordset($rows::jsonb) as r (tenant integer, entity text, type text, id bigint), bitrix24_sync_mappings m
      where q.tenant_id = r.tenant and q.entity = r.entity and q.side = 'bitrix24' and q.record_id = r.id
        and q.reason = 'added' and q.changes = 1 and q.run_id is null
        and m.tenant_id = r.tenant and m.bitrix24_type = r.type and m.bitrix24_id = r.id::text and m.state = 'linked'`,
    { rows: JSON.stringify(rows) },
  );
}

interface Echo {
  place: number;
  /** A record that was added is linked already. */
  isKnown: boolean;
  /** It may be the echo of our own write: by then the write's own answer has said what it has to say. Null: at once. */
  dueAt: Date | null;
}

/** What is known of each notice, by its place in the list. */
async function findEchoes(db: Database, tenantId: number, notices: readonly EventNotice[]): Promise<Map<number, Echo>> {
  const rows = notices.map(({ entity, recordId, change }, place) => ({
    place,
    entity,
    change,
    type: pairKinds[entity].bitrix24Type,
    id: String(recordId),
  }));
  const found = await queryRows<Echo>(
    db,
    `select n.place, n.change = 'added' and m.linked as "isKnown",
            case when n.change = 'added' and not m.known and exists (
                   select 1 from sync_queue q where q.tenant_id = $tenantId and q.entity = n.entity and q.side = 'local'
                      and q.create_sent_at > now() - interval '2 minutes') then now() + interval '5 seconds'
                 when n.change = 'changed' and m.written_at > now() - interval '3 seconds'
                   then now() + interval '500 milliseconds' end as "dueAt"
       from jsonb_to_recordset($rows::jsonb) as n (place integer, entity text, change text, type text, id text)
      cross join lateral (
        -- a company may be in the mappings of several contracts
        select count(*) > 0 as known, coalesce(bool_or(state = 'linked'), false) as linked, max(written_at) as written_at
          from bitrix24_sync_mappings where tenant_id = $tenantId and bitrix24_type = n.type and bitrix24_id = n.id) m`,
    { tenantId, rows: JSON.stringify(rows) },
  );
  return new Map(found.map((echo) => [echo.place, echo]));
}
