import { containsPattern, offsetOf, type Page } from '../http/paging.ts';
import { type Entity, pairKinds } from '../lib/records.ts';
import { type Database, queryRows } from '../models/database.ts';

export interface MappingFilter extends Page {
  local_type?: Entity;
  state?: ShownState;
  /** Only what rests because a person paused it, or only what does not. */
  paused?: boolean;
  /** Part of the local record's name, or an id of either side. */
  q?: string;
}

/** `excluded`: linked, and outside of the scope. */
export const shownStates = ['linked', 'unlinked', 'orphaned', 'excluded'] as const;
export type ShownState = (typeof shownStates)[number];

/** A mapping by the table's own column names; shadows are shown only where one pair is shown. */
export interface MappingRow {
  id: number;
  created_at: Date;
  updated_at: Date;
  tenant_id: number;
  local_type: Entity;
  local_id: number;
  local_name: string | null;
  bitrix24_type: string;
  bitrix24_id: string;
  last_sync_at: Date | null;
  sync_direction: string | null;
  state: ShownState;
  /** The rule by which the pair does not take part, such as `crm.types`; null: it does. */
  excluded: string | null;
  /** Rests because a person paused it, its kind, or everything. */
  paused: boolean;
  bitrix24_modified_at: Date | null;
}

const names = `left join objects o on m.local_type = 'object' and o.tenant_id = m.tenant_id and o.id = m.local_id
  left join users u on m.local_type = 'user' and u.tenant_id = m.tenant_id and u.id = m.local_id
  left join contracts c on m.local_type = 'contract' and c.tenant_id = m.tenant_id and c.id = m.local_id`;

/** As the search index spells it. */
const contractName = `(number || ' ' || coalesce(client_name, ''))`;

const localName = `coalesce(o.name, u.name, concat_ws(' ', c.number, c.client_name))`;

const isPaused = `exists (select 1 from sync_pauses p where p.tenant_id = m.tenant_id and (p.entity is null
  or (p.entity = m.local_type and (p.local_id is null or p.local_id = m.local_id))))`;

const columns = `m.id, m.created_at, m.updated_at, m.tenant_id, m.local_type, m.local_id, nullif(${localName}, '') as local_name,
  m.bitrix24_type, m.bitrix24_id, m.last_sync_at, m.sync_direction, m.bitrix24_modified_at,
  case when m.state = 'linked' and m.excluded is not null then 'excluded' else m.state end as state, m.excluded,
  ${isPaused} as paused`;

/** Counting every match of a large tenant takes longer than a person waits: beyond this the answer is "more". */
const countedAtMost = 10_000;
/** The same for a search, whose matches are dearer to find. */
const foundAtMost = 1000;

export interface MappingPage {
  rows: MappingRow[];
  total: number;
  /** There are more than `total`. */
  more: boolean;
}

/**
 * One page of a tenant's mappings, newest first, and how many there are: in all without a condition on them, otherwise up to ten
 * thousand, or to a thousand that a search finds.
 */
export async function listMappings(db: Database, tenantId: number, filter: MappingFilter): Promise<MappingPage> {
  if (filter.q) return searchMappings(db, tenantId, { ...filter, q: filter.q });
  const bind = bindOf(tenantId, filter);
  const counted =
    filter.state || filter.paused !== undefined
      ? await countUpTo(db, `select 1 from bitrix24_sync_mappings m where ${condition}`, bind)
      : await countAll(db, tenantId, filter.local_type ?? null);
  const source = `select m.id from bitrix24_sync_mappings m where ${condition}`;
  return pageOf(await readPage(db, source, bind, filter), filter, counted);
}

const condition = `m.tenant_id = $tenantId and ($localType::text is null or m.local_type = $localType)
    and ($state::text is null or (m.state = $state and ($state <> 'linked' or m.excluded is null))
      or ($state = 'excluded' and m.state = 'linked' and m.excluded is not null))
    and ($paused::boolean is null or $paused = ${isPaused})`;

function bindOf(tenantId: number, { local_type: localType, state, paused }: MappingFilter) {
  return { tenantId, localType: localType ?? null, state: state ?? null, paused: paused ?? null };
}

/**
 * Few matches are found first and their mappings put in order; where a part of a name fits thousands, the newest mappings are read until
 * the page is full.
 */
async function searchMappings(
  db: Database,
  tenantId: number,
  filter: MappingFilter & { q: string },
): Promise<MappingPage> {
  const number = /^\d{1,18}$/.test(filter.q) ? filter.q : null;
  const bind = { ...bindOf(tenantId, filter), q: containsPattern(filter.q), number };
  const matches = `select m.id from (${candidates(foundAtMost + 1)}) found
    join bitrix24_sync_mappings m on m.tenant_id = $tenantId and m.local_type = found.local_type and m.local_id = found.local_id
   where ${condition}`;
  const counted = await countUpTo(db, matches, bind, foundAtMost);
  const many = `select m.id from bitrix24_sync_mappings m ${names}
    where ${condition} and (${localName} ilike $q or m.local_id = $number::bigint or m.bitrix24_key = $number::bigint)`;
  return pageOf(await readPage(db, counted.more ? many : matches, bind, filter), filter, counted);
}

/** The last page tells how many there are, whether or not they were counted. */
function pageOf(rows: MappingRow[], filter: MappingFilter, counted: Omit<MappingPage, 'rows'>): MappingPage {
  if (!counted.more || rows.length === filter.limit) return { rows, ...counted };
  return { rows, total: rows.length > 0 ? offsetOf(filter) + rows.length : counted.total, more: false };
}

/** Local records that the search fits, by name or by an id of either side, of each kind at most so many. */
function candidates(limit: number): string {
  const byName = Object.entries({ object: 'name', user: 'name', contract: contractName }).map(
    ([entity, name]) =>
      `(select '${entity}' as local_type, id as local_id from ${pairKinds[entity as Entity].table}
         where tenant_id = $tenantId and ($localType::text is null or $localType = '${entity}') and ${name} ilike $q limit ${limit})`,
  );
  const byNumber = ['local_id', 'bitrix24_key'].map(
    (column) => `select local_type, local_id from bitrix24_sync_mappings
         where tenant_id = $tenantId and local_type = any(array['contract', 'user', 'object'])
           and bitrix24_type = any(array['company', 'contact', 'deal']) and ${column} = $number::bigint`,
  );
  return [...byName, ...byNumber].join(' union ');
}

async function countAll(db: Database, tenantId: number, localType: Entity | null) {
  const [counted] = await queryRows<{ total: number }>(
    db,
    `select coalesce(sum(mappings), 0)::integer as total from sync_mapping_counts
      where tenant_id = $tenantId and ($localType::text is null or local_type = $localType)`,
    { tenantId, localType },
  );
  return { total: counted?.total ?? 0, more: false };
}

async function countUpTo(db: Database, source: string, bind: Record<string, unknown>, most = countedAtMost) {
  const [counted] = await queryRows<{ total: number }>(
    db,
    `select count(*)::integer as total from (${source} limit ${most + 1}) counted`,
    bind,
  );
  const total = counted?.total ?? 0;
  return { total: Math.min(total, most), more: total > most };
}

/** The page's ids first: what belongs to the pages before is not looked up. */
function readPage(
  db: Database,
  source: string,
  bind: Record<string, unknown>,
  filter: MappingFilter,
): Promise<MappingRow[]> {
  return queryRows<MappingRow>(
    db,
    `with page as materialized (${source} order by -m.id limit $limit offset $offset)
     select ${columns} from page join bitrix24_sync_mappings m on m.tenant_id = $tenantId and m.id = page.id ${names}
      order by m.id desc`,
    { ...bind, limit: filter.limit, offset: offsetOf(filter) },
  );
}

/** One mapping of the tenant, or null. */
export async function findMapping(db: Database, tenantId: number, id: number): Promise<MappingRow | null> {
  const [row] = await queryRows<MappingRow>(
    db,
    `select ${columns} from bitrix24_sync_mappings m ${names} where m.tenant_id = $tenantId and m.id = $id`,
    { tenantId, id },
  );
  return row ?? null;
}
