import type { Canonical } from '../field-maps/types.ts';
import { containsPattern, offsetOf, type Page } from '../http/paging.ts';
import type { Entity } from '../lib/records.ts';
import { type Database, queryRows } from '../models/database.ts';
import { personNameSql } from '../models/person-name.ts';
import { localNameSql } from './record-name.ts';

export interface ConflictRow {
  id: number;
  entity: Entity;
  local_id: number;
  bitrix24_id: string;
  field: string;
  local_value: Canonical;
  bitrix24_value: Canonical;
  winner: 'crm' | 'bitrix24' | 'none';
  policy: string;
  state: 'open' | 'resolved';
  /** A person is asked about the field, which rests on both sides until the answer is carried out. */
  standing: boolean;
  /** What was answered, and by whom as their token names them; null while it is open, and where it closed by itself. */
  decision: 'crm' | 'bitrix24' | null;
  decided_by: string | null;
  /** When each record was last changed as this was found; by whom in the portal, where it tells. */
  local_changed_at: Date | null;
  bitrix24_changed_at: Date | null;
  bitrix24_changed_by: string | null;
  created_at: Date;
  resolved_at: Date | null;
  /** Under which a person decided it, alone or with others; `…/conflicts/decisions/:id/undo` takes that back. */
  decision_id: number | null;
}

/** A conflict in a list, with what a reader knows its record by. */
export interface ListedConflict extends ConflictRow {
  mapping_id: number | null;
  local_name: string | null;
  /** Names of people who work in the portal, where they are known. */
  decided_by_name: string | null;
  bitrix24_changed_by_name: string | null;
}

export interface ConflictFilter {
  state?: 'open' | 'resolved';
  local_type?: Entity;
  field?: string;
  winner?: 'crm' | 'bitrix24' | 'none';
  /** Only those about which a person is asked, or only the others. */
  standing?: boolean;
  /** Found at or after, and before, a moment; RFC 3339. */
  since?: string;
  until?: string;
  /** Part of the record's name, or an id of either side. */
  q?: string;
  ids?: readonly number[];
  decision_id?: number;
}

/** Conflicts that are alike: one kind of record, one field, and who won. */
export interface ConflictGroup {
  local_type: Entity;
  field: string;
  winner: 'crm' | 'bitrix24' | 'none';
  standing: boolean;
  count: number;
  oldest_at: Date;
}

export const conflictColumns = `id, entity, local_id, bitrix24_id, field, local_value, bitrix24_value, winner, policy, state,
  standing, decision, decided_by, local_changed_at, bitrix24_changed_at, bitrix24_changed_by, created_at, resolved_at,
  decision_id`;

const named = `${conflictColumns},
  ${personNameSql('s.tenant_id', 's.decided_by')} as decided_by_name,
  (select p.name from portal_people p where p.tenant_id = s.tenant_id and split_part(p.subject, ':', 3) = s.bitrix24_changed_by
    order by p.updated_at desc limit 1) as bitrix24_changed_by_name,
  (select m.id from bitrix24_sync_mappings m
    where m.tenant_id = s.tenant_id and m.local_type = s.entity and m.local_id = s.local_id) as mapping_id,
  ${localNameSql({ tenant: 's.tenant_id', entity: 's.entity', id: 's.local_id' })} as local_name`;

const isNamed = Object.entries({
  object: ['objects', 'r.name'],
  user: ['users', 'r.name'],
  contract: ['contracts', `concat_ws(' ', r.number, r.client_name)`],
})
  .map(
    ([entity, [table, name]]) => `(entity = '${entity}' and exists (select 1 from ${table} r
      where r.tenant_id = s.tenant_id and r.id = s.local_id and ${name} ilike $pattern))`,
  )
  .join(' or ');

/** The condition of a filter on `sync_conflicts s`; its binds come from `conflictBinds`. */
export const conflictCondition = `tenant_id = $tenantId and ($state::text is null or state = $state)
  and ($localType::text is null or entity = $localType) and ($field::text is null or field = $field)
  and ($winner::text is null or winner = $winner) and ($standing::boolean is null or standing = $standing)
  and ($since::timestamptz is null or created_at >= $since) and ($until::timestamptz is null or created_at < $until)
  and ($ids::integer[] is null or id = any($ids)) and ($decisionId::integer is null or decision_id = $decisionId)
  and ($q::text is null or local_id::text = $q or bitrix24_id = $q or ${isNamed})`;

export function conflictBinds(tenantId: number, filter: ConflictFilter) {
  return {
    tenantId,
    state: filter.state ?? null,
    localType: filter.local_type ?? null,
    field: filter.field ?? null,
    winner: filter.winner ?? null,
    standing: filter.standing ?? null,
    since: filter.since ?? null,
    until: filter.until ?? null,
    ids: filter.ids ? [...filter.ids] : null,
    decisionId: filter.decision_id ?? null,
    q: filter.q ?? null,
    pattern: filter.q === undefined ? null : containsPattern(filter.q),
  };
}

/** One page of a tenant's conflicts, those about which a person is asked first, then the newest, and how many there are in all. */
export async function listConflicts(
  db: Database,
  tenantId: number,
  filter: ConflictFilter & Page,
): Promise<{ rows: ListedConflict[]; total: number }> {
  const bind = conflictBinds(tenantId, filter);
  const rows = await queryRows<ListedConflict>(
    db,
    `select ${named} from sync_conflicts s where ${conflictCondition}
      order by (standing and state = 'open') desc, id desc limit $limit offset $offset`,
    { ...bind, limit: filter.limit, offset: offsetOf(filter) },
  );
  return { rows, total: await countConflicts(db, tenantId, filter) };
}

/** How many conflicts fit a filter. */
export async function countConflicts(db: Database, tenantId: number, filter: ConflictFilter): Promise<number> {
  const [counted] = await queryRows<{ total: number }>(
    db,
    `select count(*)::integer as total from sync_conflicts s where ${conflictCondition}`,
    conflictBinds(tenantId, filter),
  );
  return counted?.total ?? 0;
}

/** The ids of the open conflicts that fit a filter, the oldest first; at most so many. */
export async function openIds(
  db: Database,
  tenantId: number,
  filter: ConflictFilter,
  limit: number,
): Promise<number[]> {
  const rows = await queryRows<{ id: number }>(
    db,
    `select id from sync_conflicts s where ${conflictCondition} order by id limit $limit`,
    { ...conflictBinds(tenantId, { ...filter, state: 'open' }), limit },
  );
  return rows.map(({ id }) => id);
}

/** The ids of the conflicts that one decision closed, the oldest first. */
export async function decidedIds(db: Database, tenantId: number, decisionId: number): Promise<number[]> {
  const rows = await queryRows<{ id: number }>(
    db,
    'select id from sync_conflicts where tenant_id = $tenantId and decision_id = $decisionId order by id',
    { tenantId, decisionId },
  );
  return rows.map(({ id }) => id);
}

/** A tenant's open conflicts that are alike, those about which a person is asked first, then the most frequent. */
export function groupConflicts(db: Database, tenantId: number): Promise<ConflictGroup[]> {
  return queryRows<ConflictGroup>(
    db,
    `select entity as local_type, field, winner, standing, count(*)::integer as count, min(created_at) as oldest_at
       from sync_conflicts where tenant_id = $tenantId and state = 'open'
      group by 1, 2, 3, 4 order by standing desc, count(*) desc, 1, 2, 3`,
    { tenantId },
  );
}
