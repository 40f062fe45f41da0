import type { FieldMap, LocalRecord, RemoteValues } from '../field-maps/types.ts';
import { type Entity, entities, pairKinds } from '../lib/records.ts';
import { type Database, queryRows } from '../models/database.ts';
import { readLocal } from '../sync/load/local-rows.ts';
import { readFieldMap } from '../sync/load/read-field-map.ts';
import { readSettings } from '../sync/load/read-settings.ts';
import type { LocalShadow } from '../sync/plan/merge.ts';
import { conditionOf } from '../sync/plan/scope-sql.ts';
import { enqueue, priorities } from '../sync/queue/sync-queue.ts';
import type { Search } from './searching.ts';

/** Rows compared at a time. */
const pageSize = 1000;

interface Kind {
  tenantId: number;
  entity: Entity;
}

/**
 * Makes the look from our side: linked records whose values differ from their shadow, and records that should be linked and are not, are
 * queued. Both are compared in the database alone: where everything is equal, the portal is not asked. It finds what no trigger queued:
 * rows written while a kind or the connection was off, or by a transaction that was open when it came on. Each kind is a part of its own.
 * Repeat-safe.
 */
export function makeLocalLook({ db }: { db: Database }): Search {
  return async (tenantId, { part, signal, log }) => {
    const asked = await readAsked(db, tenantId);
    const settings = await readSettings({ db }, tenantId);
    // A kind that only takes from the portal has nothing to send.
    const kinds = entities.filter(
      (entity) => settings.automatic[entity] && settings.directions[entity] !== 'from_bitrix',
    );
    let done = 0;
    for (const entity of kinds) {
      await part(entity, async () => {
        const kind = { tenantId, entity };
        const fieldMap = await readFieldMap(db, kind, settings);
        const condition = conditionOf(entity, settings.scope[entity].crm);
        const changed = await queueChanged(db, kind, { fieldMap, condition }, signal);
        const count = changed + (await queueUnlinked(db, kind, condition, signal));
        done += 1;
        const line = { tenant_id: tenantId, operation: 'local_look', entity, queued: count };
        if (count > 0) log.info(line, `Сверка записей CRM нашла пропущенные изменения: ${count}`);
      });
    }
    if (asked && done === kinds.length) await forgetAsked(db, tenantId, asked);
  };
}

/** Whether a CRM record is inside the scope's rule of its kind. */
type Condition = ReturnType<typeof conditionOf>;

/** Linked pairs that wait for nothing and are in no error, those that rest included; a row that is gone is as it was. */
const quietPairs = (entity: Entity, { sql }: Condition) => `
  select m.local_id as id, m.local_shadow as shadow, m.excluded, coalesce(m.excluded like 'crm.%', false) as "restsByCrm",
         case when r.id is null then m.excluded is null or m.excluded not like 'crm.%' else ${sql} end as "isInside"
    from bitrix24_sync_mappings m
    left join ${pairKinds[entity].table} r on r.tenant_id = m.tenant_id and r.id = m.local_id
   where m.tenant_id = $tenantId and m.local_type = $entity and m.state = 'linked' and m.local_id > $afterId
     and not exists (select 1 from sync_queue q where q.tenant_id = m.tenant_id and q.entity = m.local_type
                        and q.side = 'local' and q.record_id = m.local_id)
     and not exists (select 1 from integration_errors e where e.tenant_id = m.tenant_id and e.local_type = m.local_type
                        and e.local_id = m.local_id and e.status <> 'resolved')
   order by m.local_id limit ${pageSize}`;

interface QuietPair {
  id: number;
  shadow: LocalShadow;
  excluded: string | null;
  restsByCrm: boolean;
  isInside: boolean;
}

async function queueChanged(
  db: Database,
  { tenantId, entity }: Kind,
  { fieldMap, condition }: { fieldMap: FieldMap; condition: Condition },
  signal: AbortSignal,
): Promise<number> {
  const sql = quietPairs(entity, condition);
  const rule = condition.rule && JSON.stringify(condition.rule);
  let count = 0;
  for (let afterId = 0; ; ) {
    signal.throwIfAborted();
    const page = await queryRows<QuietPair>(db, sql, { tenantId, entity, afterId, rule });
    const last = page.at(-1);
    if (!last) return count;
    const ids = page.map(({ id }) => id);
    const rows = await readLocal(db, { tenantId, entity }, ids);
    const changed = page.filter(({ id, shadow, excluded, restsByCrm, isInside }) => {
      // It left the rule, or came back.
      if (isInside === restsByCrm) return true;
      // What rests differs as it likes.
      if (excluded !== null) return false;
      const row = rows.get(id);
      return !row || row.deleted || differs(fieldMap, row.record, shadow);
    });
    await queue(
      db,
      { tenantId, entity },
      changed.map(({ id }) => id),
    );
    count += changed.length;
    afterId = last.id;
  }
}

/** The portal is not asked here. */
const unread: RemoteValues = { fields: {}, multifields: [] };

/** Whether the CRM has changed something that it may change. A pair without a shadow was never equal: its field map tells of that. */
function differs({ pairs }: FieldMap, record: LocalRecord, shadow: LocalShadow): boolean {
  return pairs.some(
    ({ key, owner, readLocal: read, isKnown }) =>
      owner !== 'bitrix24' &&
      shadow[key] !== undefined &&
      read(record) !== shadow[key] &&
      isKnown?.(record, unread) !== false,
  );
}

/**
 * Records that no mapping, queue row or open error knows. What was linked once and is not any more was unlinked by a person. Before the
 * first run only what is newer than the connection counts: the first load is asked for by an administrator.
 */
async function queueUnlinked(
  db: Database,
  { tenantId, entity }: Kind,
  condition: Condition,
  signal: AbortSignal,
): Promise<number> {
  const sql = unlinkedSql(entity, condition);
  const rule = condition.rule && JSON.stringify(condition.rule);
  let count = 0;
  for (let afterId = 0; ; ) {
    signal.throwIfAborted();
    const rows = await queryRows<{ id: number }>(db, sql, { tenantId, entity, afterId, rule });
    const ids = rows.map(({ id }) => id);
    await queue(db, { tenantId, entity }, ids);
    count += ids.length;
    const lastId = ids.at(-1);
    if (lastId === undefined) return count;
    afterId = lastId;
  }
}

function unlinkedSql(entity: Entity, { sql }: Condition): string {
  return `
    with since as (
      select min(created_at) as at from bitrix24_connections where tenant_id = $tenantId),
    loaded as (
      select exists (select 1 from sync_runs s, since where s.tenant_id = $tenantId and s.state = 'finished' and not s.dry_run
                        and s.direction <> 'from_bitrix' and s.filter = '{}'::jsonb and $entity::text = any(s.entities)
                        and s.created_at >= since.at) as done)
    select r.id from ${pairKinds[entity].table} r, since, loaded
     where r.tenant_id = $tenantId and r.deleted_at is null and r.id > $afterId and ${sql}
       and (loaded.done or r.created_at >= since.at or r.updated_at >= since.at)
       and not exists (select 1 from bitrix24_sync_mappings m where m.tenant_id = r.tenant_id and m.local_type = $entity
                          and m.local_id = r.id)
       and not exists (select 1 from sync_queue q where q.tenant_id = r.tenant_id and q.entity = $entity and q.side = 'local'
                          and q.record_id = r.id)
       and not exists (select 1 from integration_errors e where e.tenant_id = r.tenant_id and e.local_type = $entity
                          and e.local_id = r.id and e.status <> 'resolved')
       and not exists (select 1 from sync_log l where l.tenant_id = r.tenant_id and l.entity = $entity and l.local_id = r.id)
     order by r.id limit ${pageSize}`;
}

async function queue(db: Database, { tenantId, entity }: Kind, ids: readonly number[]): Promise<void> {
  const row = { tenantId, entity, side: 'local', reason: 'local_look', priority: priorities.run } as const;
  await enqueue(
    db,
    ids.map((recordId) => ({ ...row, recordId })),
  );
}

/** Transactions of this database that are open now, by names that are not used again while the server runs. */
const openTransactions = `
  array(select l.virtualtransaction from pg_locks l join pg_stat_activity a using (pid)
         where l.locktype = 'virtualxid' and l.mode = 'ExclusiveLock' and l.pid <> pg_backend_pid()
           and a.datid = (select oid from pg_database where datname = current_database())
        union all
        select 'prepared:' || transaction from pg_prepared_xacts where database = current_database())`;

/** Those of a wish's transactions that are open still. */
const stillOpen = `array(select unnest(waits_for) intersect select unnest(${openTransactions}))`;

/**
 * Tenants whose look was asked for when a connection or a kind came on, and has something to find: what a transaction wrote that was open
 * then was not queued. A transaction that only reads may have seen the former state too, and write later. So the look is made as
 * soon as one of them has ended, and the wish is fulfilled when all have. Each firing notes the transactions of new wishes first: the
 * switch has been committed then. Repeat-safe.
 */
export async function listDueLooks(db: Database): Promise<number[]> {
  await queryRows(
    db,
    `update local_looks set after_xid = pg_snapshot_xmax(pg_current_snapshot())::text::bigint,
            waits_for = ${openTransactions} || array['first look'] where after_xid is null`,
  );
  const rows = await queryRows<{ id: number }>(
    db,
    `select tenant_id as id from local_looks join bitrix24_effective_connections c using (tenant_id)
      where c.state = 'active' and after_xid is not null
        and (waits_for is null or cardinality(${stillOpen}) < cardinality(waits_for)) order by tenant_id`,
  );
  return rows.map(({ id }) => id);
}

interface Wish {
  after_xid: string;
  /** Transactions whose writing a look that starts now cannot see. */
  still_open: string[];
}

/** The wish that a look which starts now fulfils, or a part of. */
async function readAsked(db: Database, tenantId: number): Promise<Wish | null> {
  const [wish] = await queryRows<Wish>(
    db,
    `select after_xid, ${stillOpen} as still_open from local_looks where tenant_id = $tenantId and after_xid is not null`,
    { tenantId },
  );
  return wish ?? null;
}

async function forgetAsked(
  db: Database,
  tenantId: number,
  { after_xid: asked, still_open: left }: Wish,
): Promise<void> {
  if (left.length === 0) {
    const forget = 'delete from local_looks where tenant_id = $tenantId and after_xid = $asked';
    await queryRows(db, forget, { tenantId, asked });
  } else {
    const keep = 'update local_looks set waits_for = $left::text[] where tenant_id = $tenantId and after_xid = $asked';
    await queryRows(db, keep, { tenantId, asked, left });
  }
}
