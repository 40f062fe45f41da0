import type { Transaction } from 'sequelize';
import { type Entity, pairKinds, type Side, type SyncDirection } from '../../lib/records.ts';
import { type Database, queryRows } from '../../models/database.ts';
import { priorities } from './sync-queue.ts';

/** Which records of one kind a run asks for: of all that are on the side it starts from, those with these ids and changed since; the `first` of them only, those without a pair before the others. */
export interface RunRecords {
  tenantId: number;
  runId: number;
  direction: SyncDirection;
  entity: Entity;
  filter: { ids?: number[]; updatedSince?: Date; first?: number };
  /** What the CRM record has to fit besides. */
  condition: RowCondition;
}

/** A condition on a row of a CRM table with the alias `r`. */
export interface RowCondition {
  /** SQL that reads its values out of the bind `$rule` of type jsonb. */
  sql: string;
  /** Null: every row fits. */
  rule: object | null;
}

/**
 * What rested until a person asks is asked for now, and a paused record is counted as skipped; what a failure put off stays where it is.
 */
const awake = `due_at = case when q.waits_for in ('paused', 'by_hand') then now() else q.due_at end,
         waits_for = case when q.waits_for in ('paused', 'by_hand') then null else q.waits_for end`;

/**
 * Queues every record of one kind that a run asks for; returns how many there are. Rows that wait already keep their reason, so that cancelling the run never forgets a real change; they count as
 * changed, so that a pass which has them in hand just now leaves them to the run. A row that is locked just now waits already or is
 * being dealt with: it is left out of the run, and stops no other.
 */
export async function enqueueRun(db: Database, records: RunRecords, transaction: Transaction): Promise<number> {
  const { tenantId, runId, direction, entity, filter, condition } = records;
  const sides = (['local', 'bitrix24'] as const).filter(
    (side) => direction === 'bidirectional' || sideOf[direction] === side,
  );
  let count = 0;
  for (const side of sides) {
    const [queued] = await queryRows<{ count: number }>(
      db,
      queueSql(side, entity, condition, filter.first),
      {
        ...(filter.first !== undefined && { first: filter.first }),
        ...{ tenantId, runId, entity, ids: filter.ids ?? null, since: filter.updatedSince?.toISOString() ?? null },
        rule: condition.rule && JSON.stringify(condition.rule),
      },
      transaction,
    );
    count += queued?.count ?? 0;
  }
  return count;
}

const sideOf = { to_bitrix: 'local', from_bitrix: 'bitrix24' } as const;

/** From the portal's side: linked records, but for those whose pair the run has from ours already. */
function queueSql(side: Side, entity: Entity, { sql }: RowCondition, first: number | undefined): string {
  const { table } = pairKinds[entity];
  const unlinkedFirst = `exists (select 1 from bitrix24_sync_mappings m where m.tenant_id = $tenantId and m.local_type = $entity
    and m.local_id = r.id and m.state = 'linked')`;
  const limit = (order: string) => (first === undefined ? '' : `order by ${order} limit $first::integer`);
  const source =
    side === 'local'
      ? `select r.id as record_id from ${table} r where r.tenant_id = $tenantId and r.deleted_at is null and ${sql}
           and ($ids::integer[] is null or r.id = any($ids)) and ($since::timestamptz is null or r.updated_at >= $since)
           ${limit(`${unlinkedFirst}, r.id`)}`
      : `select distinct m.bitrix24_key as record_id from bitrix24_sync_mappings m
          where m.tenant_id = $tenantId and m.local_type = $entity and m.state = 'linked' and m.bitrix24_key is not null
            and ($ids::integer[] is null or m.local_id = any($ids))
            and ($since::timestamptz is null or m.bitrix24_modified_at is null or m.bitrix24_modified_at >= $since)
            and ($rule::jsonb is null or exists (select 1 from ${table} r where r.tenant_id = m.tenant_id and r.id = m.local_id and ${sql}))
            and not exists (select 1 from sync_queue q where q.tenant_id = m.tenant_id and q.entity = m.local_type and q.side = 'local'
                               and q.record_id = m.local_id and q.run_id = $runId)
          ${limit('record_id')}`;
  return `with source as materialized (${source}),
    waiting as materialized (
      select q.record_id from sync_queue q join source s using (record_id)
       where q.tenant_id = $tenantId and q.entity = $entity and q.side = '${side}' order by q.record_id for update of q skip locked),
    joined as (
      update sync_queue q set run_id = $runId, changes = q.changes + 1, ${awake} from waiting w
       where q.tenant_id = $tenantId and q.entity = $entity and q.side = '${side}' and q.record_id = w.record_id
      returning 1),
    added as (
      insert into sync_queue as q (tenant_id, entity, side, record_id, reason, priority, run_id)
      select $tenantId, $entity, '${side}', s.record_id, 'run', ${priorities.run}, $runId from source s
       where not exists (select 1 from sync_queue q where q.tenant_id = $tenantId and q.entity = $entity
                            and q.side = '${side}' and q.record_id = s.record_id)
       order by s.record_id
      on conflict (tenant_id, entity, side, record_id) do update
         set run_id = excluded.run_id, changes = q.changes + 1, ${awake}
      returning 1)
    select ((select count(*) from joined) + (select count(*) from added))::integer as count`;
}

/** Queues Bitrix24 records that a run imports; returns how many there are. Repeat-safe. */
export async function enqueueImports(
  db: Database,
  { tenantId, runId, entity, ids }: Pick<RunRecords, 'tenantId' | 'runId' | 'entity'> & { ids: readonly number[] },
  transaction: Transaction,
): Promise<number> {
  const rows = await queryRows(
    db,
    `insert into sync_queue as q (tenant_id, entity, side, record_id, reason, priority, run_id)
     select $tenantId, $entity, 'bitrix24', unnest($ids::bigint[]), 'import', ${priorities.run}, $runId
     on conflict (tenant_id, entity, side, record_id) do update
        set run_id = excluded.run_id, reason = 'import', changes = q.changes + 1, ${awake}
     returning 1`,
    { tenantId, entity, ids, runId },
    transaction,
  );
  return rows.length;
}

/** Takes out of the queue what a run alone had put in; records that changed meanwhile stay, and no longer belong to the run. Repeat-safe. */
export async function forgetRun(
  db: Database,
  { tenantId, runId }: Pick<RunRecords, 'tenantId' | 'runId'>,
  transaction: Transaction,
): Promise<void> {
  await queryRows(
    db,
    `delete from sync_queue where tenant_id = $tenantId and run_id = $runId and reason in ('run', 'import', 'undo_create', 'undo_import') and changes = 1
        and create_sent_at is null`,
    { tenantId, runId },
    transaction,
  );
  await queryRows(
    db,
    'update sync_queue set run_id = null where tenant_id = $tenantId and run_id = $runId',
    { tenantId, runId },
    transaction,
  );
}
