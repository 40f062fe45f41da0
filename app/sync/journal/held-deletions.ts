import type { Transaction } from 'sequelize';
import { type Entity, pairKinds } from '../../lib/records.ts';
import { type Database, queryRows } from '../../models/database.ts';

export type HeldAction = 'delete_local' | 'delete_remote' | 'close_remote' | 'create_remote';

/** How far back deletions are counted together. */
const windowSql = `interval '1 hour'`;

/** Records of one kind of one tenant. */
interface Kind {
  tenantId: number;
  entity: Entity;
}

/** A record pair by both its ids. */
export interface PairKey {
  localId: number;
  remoteId: number;
}

export interface HeldPair extends PairKey {
  action: HeldAction;
  name: string | null;
}

/** A decision about a pair that is obeyed now: `held` waits for a person, `confirmed` lets the deletion happen. */
export interface Hold extends PairKey {
  id: number;
  state: 'held' | 'confirmed';
}

/** What is obeyed now about any of these local records. */
export async function findHolds(
  db: Database,
  tenantId: number,
  entity: Entity,
  localIds: readonly number[],
): Promise<Hold[]> {
  if (localIds.length === 0) return [];
  return queryRows<Hold>(
    db,
    `select id::float8 as id, local_id as "localId", bitrix24_id::bigint::float8 as "remoteId", state from sync_held
      where tenant_id = $tenantId and entity = $entity and local_id = any($localIds) and ended_at is null`,
    { tenantId, entity, localIds },
  );
}

export interface RemovalQuery {
  entity: Entity;
  /** Pairs of this pass that ask to be deleted and that no person has decided about. */
  asking: readonly number[];
  /** Local ids of the whole pass: what else waits in the queue is counted besides them. */
  passed: readonly number[];
  /** Whether deletions on this side are followed at all. */
  follows: { local: boolean; bitrix24: boolean };
}

/**
 * How many pairs of a kind are being removed together: done by themselves within the last hour, held within it, asking now, or waiting
 * in the queue with their deletion known already. What a person confirmed or took back is not counted. `linked` is how many pairs there
 * were to begin with.
 */
export async function countRemovals(
  db: Database,
  tenantId: number,
  { entity, asking, passed, follows }: RemovalQuery,
  transaction: Transaction,
): Promise<{ removed: number; linked: number }> {
  await queryRows(
    db,
    `select pg_advisory_xact_lock(hashtext('sync_removals:' || $entity::text), $tenantId)`,
    { tenantId, entity },
    transaction,
  );
  const { bitrix24Type } = pairKinds[entity];
  const [counts] = await queryRows<{ removed: number; linked: number }>(
    db,
    countingSql(entity),
    { tenantId, entity, bitrix24Type, asking, passed, followsLocal: follows.local, followsRemote: follows.bitrix24 },
    transaction,
  );
  return counts ?? { removed: 0, linked: 0 };
}

function countingSql(entity: Entity): string {
  return `with lately as (
       select local_id from sync_removals
        where tenant_id = $tenantId and entity = $entity and removed_at > now() - ${windowSql}),
     decided as (
       select local_id from sync_held where tenant_id = $tenantId and entity = $entity and ended_at is null),
     waiting as (
       select m.local_id from sync_queue q
         join bitrix24_sync_mappings m on m.tenant_id = q.tenant_id and m.local_type = q.entity and m.local_id = q.record_id
         left join ${pairKinds[entity].table} r on r.tenant_id = q.tenant_id and r.id = q.record_id
        where $followsLocal and q.tenant_id = $tenantId and q.entity = $entity and q.side = 'local' and m.state = 'linked'
          and (r.id is null or r.deleted_at is not null)
       union
       select m.local_id from sync_queue q
         join bitrix24_sync_mappings m on m.tenant_id = q.tenant_id and m.bitrix24_type = $bitrix24Type
          and m.bitrix24_id = q.record_id::text
        where $followsRemote and q.tenant_id = $tenantId and q.entity = $entity and q.side = 'bitrix24' and m.state = 'linked'
          and q.reason in ('deleted', 'sweep_deleted')),
     counted as (
       select local_id from lately
       union select local_id from sync_held
              where tenant_id = $tenantId and entity = $entity and state = 'held' and ended_at is null
                and since > now() - ${windowSql}
       union select local_id from waiting
              where local_id <> all($passed::integer[]) and local_id not in (select local_id from decided)
       union select unnest($asking::integer[]))
     select (select count(*) from counted)::integer as removed,
            (select count(*) from bitrix24_sync_mappings
              where tenant_id = $tenantId and local_type = $entity and state = 'linked')::integer
            + (select count(*) from lately l where not exists (
                 select 1 from bitrix24_sync_mappings m where m.tenant_id = $tenantId and m.local_type = $entity
                    and m.local_id = l.local_id and m.state = 'linked'))::integer as linked`;
}

/** Remembers deletions that are let through, for an hour. A deletion that is tried again is remembered once. */
export async function rememberRemovals(
  db: Database,
  { tenantId, entity }: Kind,
  localIds: readonly number[],
  transaction: Transaction,
): Promise<void> {
  if (localIds.length === 0) return;
  await queryRows(
    db,
    `with old as (delete from sync_removals where tenant_id = $tenantId and entity = $entity
                     and removed_at <= now() - ${windowSql} and local_id <> all($localIds::integer[]))
     insert into sync_removals (tenant_id, entity, local_id)
     select $tenantId, $entity, local_id from unnest($localIds::integer[]) as r (local_id) order by local_id
     on conflict (tenant_id, entity, local_id) do update set removed_at = now()`,
    { tenantId, entity, localIds },
    transaction,
  );
}

/** Lists deletions for a person to decide about. Repeat-safe: a pair has one open row. */
export async function saveHeld(
  db: Database,
  { tenantId, entity }: Kind,
  pairs: readonly HeldPair[],
  transaction: Transaction,
): Promise<void> {
  if (pairs.length === 0) return;
  await queryRows(
    db,
    `insert into sync_held (tenant_id, entity, local_id, bitrix24_id, action, name)
     select $tenantId, $entity, "localId", "remoteId", action, left(name, 255)
       from jsonb_to_recordset($pairs::jsonb) as r ("localId" integer, "remoteId" text, action text, name text)
     on conflict (tenant_id, entity, local_id, bitrix24_id) where ended_at is null do nothing`,
    { tenantId, entity, pairs: JSON.stringify(pairs) },
    transaction,
  );
}

/** Ends decisions that are about nothing any more; one that was still open counts as restored, by no person. */
export async function endHolds(
  db: Database,
  tenantId: number,
  ids: readonly number[],
  transaction: Transaction,
): Promise<void> {
  if (ids.length === 0) return;
  await queryRows(
    db,
    `update sync_held set ended_at = now(), state = case state when 'held' then 'restored' else state end
      where tenant_id = $tenantId and id = any($ids) and ended_at is null`,
    { tenantId, ids },
    transaction,
  );
}

/** Ends whatever is decided about a pair whose link was taken off by hand. */
export async function endHoldsOfPair(
  db: Database,
  tenantId: number,
  pair: PairKey & { entity: Entity },
  transaction: Transaction,
): Promise<void> {
  const holds = await findHolds(db, tenantId, pair.entity, [pair.localId]);
  const ids = holds.filter(({ remoteId }) => remoteId === pair.remoteId).map(({ id }) => id);
  await endHolds(db, tenantId, ids, transaction);
}

/** A held deletion as the table has it. */
export interface HeldRow {
  id: number;
  entity: Entity;
  local_id: number;
  bitrix24_id: string;
  action: HeldAction;
  name: string | null;
  since: Date;
  state: 'held' | 'confirmed' | 'restored';
  decided_by: string | null;
  decided_at: Date | null;
}

export const heldColumns = `id::float8 as id, entity, local_id, bitrix24_id, action, name, since, state, decided_by, decided_at`;

/** Writes a person's decision into rows that are still open; a confirmation is obeyed from now on, the rest is over. */
export async function decideHeld(
  db: Database,
  tenantId: number,
  { ids, state, actor }: { ids: readonly number[]; state: 'confirmed' | 'restored'; actor: string },
  transaction: Transaction,
): Promise<HeldRow[]> {
  return queryRows<HeldRow>(
    db,
    `update sync_held set state = $state::text, decided_by = left($actor::text, 255), decided_at = now(),
            ended_at = case $state::text when 'restored' then now() end
      where tenant_id = $tenantId and id = any($ids) and state = 'held' returning ${heldColumns}`,
    { tenantId, ids, state, actor },
    transaction,
  );
}

/** How many deletions wait for a person. */
export async function countHeld(db: Database, tenantId: number): Promise<number> {
  const [row] = await queryRows<{ held: number }>(
    db,
    `select count(*)::integer as held from sync_held where tenant_id = $tenantId and state = 'held'`,
    { tenantId },
  );
  return row?.held ?? 0;
}
