import { offsetOf, type Page } from '../http/paging.ts';
import type { Language, Text } from '../lib/errors.ts';
import { type Bitrix24Type, type Entity, entities, pairKinds } from '../lib/records.ts';
import { type Database, queryRows } from '../models/database.ts';
import {
  type Branch,
  bindOf,
  branchesOf,
  countBranches,
  type RecordCounts,
  type RecordFilter,
  type SourceKind,
  summed,
  totalOf,
} from './record-counts.ts';
import { readSearch } from './record-search.ts';
import { crmRecords, portalRecords, type RecordLink, type RecordSource, type RecordState } from './record-states.ts';

export const recordSorts = ['added', 'changed', 'synced', 'name'] as const;
export type RecordSort = (typeof recordSorts)[number];

export interface RecordQuery extends RecordFilter, Page {
  sort: RecordSort;
  order: 'asc' | 'desc';
}

/** A record with the state that it is in. */
export interface RecordRow {
  local_type: Entity;
  /** Null: it is in Bitrix24 alone. */
  local_id: number | null;
  local_name: string | null;
  /** IMEI, e-mail and phone, or INN. */
  detail: string | null;
  bitrix24_type: Bitrix24Type;
  bitrix24_id: string | null;
  mapping_id: number | null;
  state: RecordState;
  link: RecordLink;
  /** The rule by which a linked pair does not take part, such as `crm.types`. */
  excluded: string | null;
  paused: boolean;
  changed_at: Date;
  last_sync_at: Date | null;
  conflicts: number;
  error: RecordError | null;
  /** Since when it waits in the queue, until when, and for what: a fault's name, `paused` or `by_hand`. */
  waits: { since: string; until: string; for: string | null } | null;
}

/** The open error of a record, one that a person has to look at first. */
interface RecordError {
  id: number;
  code: string;
  message: string;
  /** The sentence in both languages, where it is one of ours. */
  text: Text | null;
  status: 'pending' | 'failed';
  next_retry_at: string | null;
  attempts: number;
}

const sortKeys: Record<RecordSort, { crm: string; portal: string }> = {
  added: { crm: 'r.created_at', portal: 'r.created_at' },
  changed: { crm: 'r.updated_at', portal: 'r.updated_at' },
  synced: { crm: 'm.last_sync_at', portal: 'null::timestamptz' },
  name: { crm: '', portal: 'null::text' },
};

/** What a page shows: its rows, how many fit the filter, and how many there are in each state when the filter of states is left away. */
export interface RecordPage {
  rows: RecordRow[];
  total: number;
  counts: RecordCounts;
}

/** A record as callers see it, in the reader's language. Pure. */
export function presentRecord({ error, ...row }: RecordRow, language: Language) {
  if (!error) return { ...row, error: null };
  const { text, ...shown } = error;
  return { ...row, error: { ...shown, message: text?.[language] ?? error.message } };
}

/** One page of a tenant's records. Counts and rows are read by the same definition of a state. */
export async function listRecords(db: Database, tenantId: number, query: RecordQuery): Promise<RecordPage> {
  const search = query.q ? readSearch(query.q) : null;
  const branches = branchesOf(query.local_type, search);
  const bind = { tenantId, ...bindOf(search) };
  const [counted, keys] = await Promise.all([countBranches(db, branches, bind), readKeys(db, branches, query, bind)]);
  const rows = await readRows(db, tenantId, keys);
  return { rows, total: totalOf(counted, query), counts: summed(counted) };
}

interface Key {
  local_type: Entity;
  kind: SourceKind;
  /** Of the CRM's record, or of the error that tells of a record of the portal. */
  id: number;
}

/** The records of one page in their order; what belongs to other pages is not looked at closer. */
function readKeys(db: Database, branches: readonly Branch[], query: RecordQuery, bind: object): Promise<Key[]> {
  const offset = offsetOf(query);
  const { sort, order, state, link } = query;
  const ordered = `order by key ${order} nulls last, local_type, id ${order}`;
  const each = branches.map((branch) => {
    const key = sortKeys[sort][branch.kind] || `lower(${branch.name})`;
    const conditions = [
      branch.where,
      branch.fits,
      ...(state ? [`(${branch.state}) = $state`] : []),
      ...(link ? [`(${branch.link}) = $link`] : []),
    ];
    return `(select '${branch.entity}' as local_type, '${branch.kind}' as kind, r.id, ${key} as key
      from ${branch.from} where ${conditions.join(' and ')} ${ordered} limit ${offset + query.limit})`;
  });
  return queryRows<Key>(
    db,
    `select local_type, kind, id from (${each.join(' union all ')}) found ${ordered} limit $limit offset $offset`,
    { ...bind, limit: query.limit, offset, ...(state && { state }), ...(link && { link }) },
  );
}

const isPaused = (entity: Entity) => `exists (select 1 from sync_pauses p where p.tenant_id = $tenantId
  and (p.entity is null or (p.entity = '${entity}' and (p.local_id is null or p.local_id = r.id))))`;

const errorJson = (row: string) => `jsonb_build_object('id', ${row}.id, 'code', ${row}.code, 'message', ${row}.message,
  'text', ${row}.response -> 'text', 'status', ${row}.status, 'next_retry_at', ${row}.next_retry_at, 'attempts', ${row}.attempts)`;

function columnsOf(entity: Entity): string {
  return `(select ${errorJson('e')} from integration_errors e
      where e.tenant_id = $tenantId and e.local_type = '${entity}' and e.status <> 'resolved'
        and (e.local_id = r.id or (e.local_id is null and e.external_id = m.bitrix24_id)) order by e.status, e.id desc limit 1) as error,
    (select count(*)::integer from sync_conflicts c
      where c.tenant_id = $tenantId and c.entity = '${entity}' and c.local_id = r.id and c.state = 'open') as conflicts,
    (select jsonb_build_object('since', q.queued_at, 'until', q.due_at, 'for', q.waits_for) from sync_queue q
      where q.tenant_id = $tenantId and q.entity = '${entity}'
        and ((q.side = 'local' and q.record_id = r.id) or (q.side = 'bitrix24' and q.record_id = m.bitrix24_key))
      order by q.due_at limit 1) as waits`;
}

function rowsOf({ entity, from, state, link, name, detail }: RecordSource & { entity: Entity }): string {
  return `select '${entity}' as local_type, 'crm' as kind, r.id, r.id as local_id, nullif(${name}, '') as local_name,
      nullif(${detail}, '') as detail, m.bitrix24_id, m.id as mapping_id, ${state} as state, ${link} as link, m.excluded,
      ${isPaused(entity)} as paused, r.updated_at as changed_at, m.last_sync_at, ${columnsOf(entity)}
    from ${from} where r.tenant_id = $tenantId and r.id = any($${entity}Ids)`;
}

function portalRowsOf({ entity, state, link }: RecordSource & { entity: Entity }): string {
  return `select '${entity}' as local_type, 'portal' as kind, r.id, null::integer as local_id, null as local_name, null as detail,
      r.external_id as bitrix24_id, null::integer as mapping_id, ${state} as state, ${link} as link, null as excluded, false as paused,
      r.updated_at as changed_at, null::timestamptz as last_sync_at, ${errorJson('r')} as error, 0 as conflicts, null::jsonb as waits
    from integration_errors r where r.tenant_id = $tenantId and r.id = any($${entity}Errors)`;
}

async function readRows(db: Database, tenantId: number, keys: readonly Key[]): Promise<RecordRow[]> {
  const parts = entities.flatMap((entity) => {
    const own = keys.filter((key) => key.local_type === entity);
    const ids = own.filter(({ kind }) => kind === 'crm').map(({ id }) => id);
    const errors = own.filter(({ kind }) => kind === 'portal').map(({ id }) => id);
    return [
      ...(ids.length > 0 ? [{ sql: rowsOf({ ...crmRecords(entity), entity }), bind: { [`${entity}Ids`]: ids } }] : []),
      ...(errors.length > 0
        ? [{ sql: portalRowsOf({ ...portalRecords(entity), entity }), bind: { [`${entity}Errors`]: errors } }]
        : []),
    ];
  });
  if (parts.length === 0) return [];
  const bind = Object.assign({ tenantId }, ...parts.map((part) => part.bind));
  const found = await queryRows<RecordRow & Key>(db, parts.map(({ sql }) => sql).join(' union all '), bind);
  const byKey = new Map(found.map((row) => [keyOf(row), row]));
  // A record that was removed meanwhile is no longer shown.
  return keys.flatMap((key) => {
    const row = byKey.get(keyOf(key));
    if (!row) return [];
    const { kind: _kind, id: _id, ...shown } = row;
    return [{ ...shown, bitrix24_type: pairKinds[row.local_type].bitrix24Type }];
  });
}

function keyOf({ local_type: type, kind, id }: Key): string {
  return `${type} ${kind} ${id}`;
}
