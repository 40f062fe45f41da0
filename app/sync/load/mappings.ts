import type { Transaction } from 'sequelize';
import { type Entity, pairKinds, type SyncDirection } from '../../lib/records.ts';
import { type Database, queryRows, tenantRecords } from '../../models/database.ts';
import { emptyRemoteShadow, type FieldErrors, type LocalShadow, type RemoteShadow } from '../plan/merge.ts';
import type { MappingState } from '../plan/plan.ts';
import type { Facts } from '../plan/scope.ts';
import type { SentUpdate } from '../plan/sent-update.ts';
import type { Shadows } from '../plan/shadows.ts';

export interface Mapping {
  id: number;
  entity: Entity;
  localId: number;
  remoteId: number;
  state: MappingState;
  shadows: Shadows;
  fieldErrors: FieldErrors;
  /** Found to be the same record, and not made equal yet. */
  matched: boolean;
  /** When its sides were last read and found, or made, equal. */
  syncedAt: Date | null;
  /** When our last write to the Bitrix24 record was committed here. */
  writtenAt: Date | null;
  /** When the Bitrix24 record was made in the portal; null for what was linked before that was remembered. */
  remoteCreatedAt: Date | null;
  linkedAt: Date;
  /** What our last update sent, while its answer is not committed. */
  sent: SentUpdate | null;
  /** The rule by which the pair does not take part; null: it does. */
  excluded: string | null;
  /** What the Bitrix24 record had in the fields of rules when it was last read; null: not known. */
  scopeFacts: Facts | null;
}

interface RawMapping {
  id: number;
  local_type: Entity;
  local_id: number;
  bitrix24_id: string;
  state: MappingState;
  local_shadow: LocalShadow;
  bitrix24_shadow: Partial<RemoteShadow>;
  field_errors: FieldErrors;
  matched: boolean;
  last_sync_at: Date | null;
  written_at: Date | null;
  bitrix24_created_at: Date | null;
  created_at: Date;
  sent: SentUpdate | null;
  excluded: string | null;
  scope_facts: Facts | null;
}

const columns = `id, local_type, local_id, bitrix24_id, state, local_shadow, bitrix24_shadow, field_errors, last_sync_at, written_at,
  bitrix24_created_at, created_at, matched, sent, excluded, scope_facts`;

/** Mappings of one kind that hold any of these local or Bitrix24 ids. */
export async function findMappings(
  db: Database,
  tenantId: number,
  entity: Entity,
  ids: { local: readonly number[]; remote: readonly number[] },
): Promise<Mapping[]> {
  const rows = await queryRows<RawMapping>(
    db,
    `select ${columns} from bitrix24_sync_mappings
      where tenant_id = $tenantId and local_type = $entity and local_id = any($local)
     union all
     select ${columns} from bitrix24_sync_mappings
      where tenant_id = $tenantId and bitrix24_type = $type and bitrix24_key = any($remote) and local_id <> all($local)`,
    { tenantId, entity, type: pairKinds[entity].bitrix24Type, local: ids.local, remote: ids.remote },
  );
  return rows.map((row) => ({
    id: row.id,
    entity: row.local_type,
    localId: row.local_id,
    remoteId: Number(row.bitrix24_id),
    state: row.state,
    shadows: { local: row.local_shadow, remote: { ...emptyRemoteShadow, ...row.bitrix24_shadow } },
    fieldErrors: row.field_errors,
    matched: row.matched,
    syncedAt: row.last_sync_at,
    writtenAt: row.written_at,
    remoteCreatedAt: row.bitrix24_created_at,
    linkedAt: row.created_at,
    sent: row.sent,
    excluded: row.excluded,
    scopeFacts: row.scope_facts,
  }));
}

export interface MappingUpsert {
  entity: Entity;
  localId: number;
  remoteId: number;
  shadows: Shadows;
  direction: SyncDirection;
  modifiedAt: Date | null;
  remoteCreatedAt: Date | null;
  /** When the sides were read that are equal now: a change after it may not be in the shadows. */
  readAt: Date;
  /** `linked` when absent. */
  state?: MappingState;
  fieldErrors: FieldErrors;
  /** The Bitrix24 record was written a moment ago: its event may be the echo of that. */
  written: boolean;
  /** For a contract: whose it is, '' without INN; null keeps what is known. */
  clientKey: string | null;
  scopeFacts: Facts;
  /** The rule by which the pair rests; absent: it takes part. */
  excluded?: string | null;
}

/** Links pairs, or renews the shadows of linked ones. A local record has one mapping: a new Bitrix24 id replaces the old one. */
export async function saveMappings(
  db: Database,
  tenantId: number,
  mappings: readonly MappingUpsert[],
  transaction: Transaction,
): Promise<void> {
  if (mappings.length === 0) return;
  const rows = mappings.map((mapping) => ({
    local_type: mapping.entity,
    local_id: mapping.localId,
    bitrix24_type: pairKinds[mapping.entity].bitrix24Type,
    bitrix24_id: String(mapping.remoteId),
    sync_direction: mapping.direction,
    local_shadow: mapping.shadows.local,
    bitrix24_shadow: mapping.shadows.remote,
    bitrix24_modified_at: mapping.modifiedAt,
    bitrix24_created_at: mapping.remoteCreatedAt,
    last_sync_at: mapping.readAt,
    state: mapping.state ?? 'linked',
    field_errors: mapping.fieldErrors,
    written: mapping.written,
    client_key: mapping.clientKey,
    scope_facts: mapping.scopeFacts,
    excluded: mapping.excluded ?? null,
  }));
  await queryRows(
    db,
    `insert into bitrix24_sync_mappings as m (tenant_id, local_type, local_id, bitrix24_type, bitrix24_id, sync_direction,
            local_shadow, bitrix24_shadow, bitrix24_modified_at, bitrix24_created_at, state, last_sync_at, field_errors, written_at, client_key,
            scope_facts, excluded)
     select $tenantId, r.local_type, r.local_id, r.bitrix24_type, r.bitrix24_id, r.sync_direction, r.local_shadow,
            r.bitrix24_shadow, r.bitrix24_modified_at, r.bitrix24_created_at, r.state, r.last_sync_at, r.field_errors,
            case when r.written then now() end, r.client_key, r.scope_facts, r.excluded
       from jsonb_to_recordset($rows::jsonb) as r (local_type text, local_id integer, bitrix24_type text, bitrix24_id text,
            sync_direction text, local_shadow jsonb, bitrix24_shadow jsonb, bitrix24_modified_at timestamptz, bitrix24_created_at timestamptz, state text,
            last_sync_at timestamptz, field_errors jsonb, written boolean, client_key text,
            scope_facts jsonb, excluded text)
      order by r.local_type, r.local_id
     on conflict (tenant_id, local_type, local_id) do update
        set bitrix24_id = excluded.bitrix24_id, sync_direction = excluded.sync_direction, state = excluded.state, matched = false, sent = null,
            local_shadow = excluded.local_shadow, bitrix24_shadow = excluded.bitrix24_shadow,
            bitrix24_modified_at = coalesce(excluded.bitrix24_modified_at, m.bitrix24_modified_at),
            bitrix24_created_at = case when excluded.bitrix24_id = m.bitrix24_id
              then coalesce(excluded.bitrix24_created_at, m.bitrix24_created_at) else excluded.bitrix24_created_at end,
            last_sync_at = excluded.last_sync_at, field_errors = excluded.field_errors,
            written_at = coalesce(excluded.written_at, m.written_at),
            client_key = coalesce(excluded.client_key, m.client_key), updated_at = now(),
            scope_facts = excluded.scope_facts, excluded = excluded.excluded
      -- a link that a person has chosen since the sides were read stands: its row of the queue is worked on next
      where m.state <> 'unlinked' or m.bitrix24_id = excluded.bitrix24_id or m.updated_at <= excluded.last_sync_at`,
    { tenantId, rows: JSON.stringify(rows) },
    transaction,
  );
}

/** Commits what updates are about to send, each with the id of its mapping: their answers may be lost. Repeat-safe. */
export async function rememberSent(
  db: Database,
  tenantId: number,
  updates: readonly { id: number; sent: SentUpdate }[],
  transaction: Transaction,
): Promise<void> {
  const sql = `with updates as ${tenantRecords('updates', 'id integer, sent jsonb')}
    update bitrix24_sync_mappings m set sent = r.sent from updates r where (m.tenant_id, m.id) = (r.tenant_id, r.id)`;
  if (updates.length > 0) await queryRows(db, sql, { tenantId, updates: JSON.stringify(updates) }, transaction);
}

/** Sets the state of mappings; their shadows stay, so that a pair that comes back is merged, not overwritten. */
export async function setMappingState(
  db: Database,
  tenantId: number,
  { ids, state }: { ids: readonly number[]; state: MappingState },
  transaction: Transaction,
): Promise<void> {
  if (ids.length === 0) return;
  await queryRows(
    db,
    `update bitrix24_sync_mappings set state = $state, excluded = null, last_sync_at = now(), updated_at = now()
      where tenant_id = $tenantId and id = any($ids)`,
    { tenantId, ids, state },
    transaction,
  );
}

/** Deletes mappings whose pairs mean nothing any more: neither record is left, or ours was deleted with the portal's. */
export async function deleteMappings(
  db: Database,
  tenantId: number,
  ids: readonly number[],
  transaction: Transaction,
): Promise<void> {
  if (ids.length === 0) return;
  await queryRows(
    db,
    'delete from bitrix24_sync_mappings where tenant_id = $tenantId and id = any($ids)',
    { tenantId, ids },
    transaction,
  );
}

/**
 * Unlinks pairs (all of the tenant's when `ids` is null); both records stay as they are. What was linked is remembered with the portal
 * that it was in: its records are known again when they are met. Repeat-safe.
 */
export async function unlinkMappings(
  db: Database,
  tenantId: number,
  ids: readonly number[] | null,
  transaction: Transaction,
): Promise<void> {
  await queryRows(
    db,
    `with ended as (
       delete from bitrix24_sync_mappings where tenant_id = $tenantId and ($ids::integer[] is null or id = any($ids)) returning *)
     insert into bitrix24_former_mappings (tenant_id, portal_host, local_type, local_id, bitrix24_type, bitrix24_key, local_shadow,
            bitrix24_shadow, bitrix24_created_at, linked_at)
     select m.tenant_id, p.portal_host, m.local_type, m.local_id, m.bitrix24_type, m.bitrix24_id::bigint, m.local_shadow,
            m.bitrix24_shadow, m.bitrix24_created_at, m.created_at
       from ended m join bitrix24_last_portals p on p.tenant_id = m.tenant_id where m.bitrix24_id ~ '^[0-9]{1,18}$'
     on conflict (tenant_id, portal_host, local_type, local_id) do update
        set bitrix24_key = excluded.bitrix24_key, local_shadow = excluded.local_shadow,
            bitrix24_shadow = excluded.bitrix24_shadow, bitrix24_created_at = excluded.bitrix24_created_at,
            linked_at = excluded.linked_at, ended_at = now()`,
    { tenantId, ids },
    transaction,
  );
}

/**
 * Ties two records that a person chose, without shadows: not yet `linked`, so that the reconciliation merges both sides and marks the
 * portal's record as ours. Former mappings of either that are not linked are forgotten. Throws UniqueConstraintError when one is linked; a
 * company may be linked with other contracts already, which their caller has to look at first.
 */
export async function tieByHand(
  db: Database,
  tenantId: number,
  { entity, localId, remoteId }: Pick<MappingUpsert, 'entity' | 'localId' | 'remoteId'>,
  transaction: Transaction,
): Promise<void> {
  const ids = { tenantId, entity, localId, remoteId: String(remoteId) };
  await queryRows(
    db,
    `delete from bitrix24_sync_mappings where tenant_id = $tenantId and local_type = $entity and state <> 'linked'
        and (local_id = $localId or bitrix24_id = $remoteId)`,
    ids,
    transaction,
  );
  await queryRows(
    db,
    `insert into bitrix24_sync_mappings (tenant_id, local_type, local_id, bitrix24_type, bitrix24_id, state)
     values ($tenantId, $entity, $localId, $type, $remoteId, 'unlinked')`,
    { ...ids, type: pairKinds[entity].bitrix24Type },
    transaction,
  );
}

/** Lets fields that rest since they were refused be tried again. `localIds` are records of one kind. Repeat-safe. */
export async function forgetFieldErrors(
  db: Database,
  tenantId: number,
  { entity, localIds }: { entity: Entity; localIds: readonly number[] },
  transaction: Transaction,
): Promise<void> {
  if (localIds.length === 0) return;
  await queryRows(
    db,
    `update bitrix24_sync_mappings set field_errors = '{}', updated_at = now()
      where tenant_id = $tenantId and local_type = $entity and local_id = any($localIds) and field_errors <> '{}'`,
    { tenantId, entity, localIds },
    transaction,
  );
}
