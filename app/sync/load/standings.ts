import type { Transaction } from 'sequelize';
import { type Standing, type StandingContract, standingsOf } from '../../field-maps/clients.ts';
import { type Database, queryRows } from '../../models/database.ts';
import { crmInside } from '../plan/scope-sql.ts';

/** Contracts of one tenant. */
export interface StandingQuery {
  tenantId: number;
  ids: readonly number[];
  /** Companies that contracts are being linked with just now, by their ids: these count, not their mappings. */
  joining?: ReadonlyMap<number, number>;
}

/** For which company each of these contracts stands, with the other contracts of that company. */
export async function readStandings(
  db: Database,
  { tenantId, ids, joining = new Map() }: StandingQuery,
  transaction?: Transaction,
): Promise<Map<number, Standing>> {
  if (ids.length === 0) return new Map();
  const rows = await queryRows<StandingContract & { deleted: boolean; listed: boolean }>(
    db,
    standingSql,
    { tenantId, ids: [...ids], joined: [...new Set(joining.values())] },
    transaction,
  );
  const listed = new Set(rows.filter((row) => row.listed).map(({ id }) => id));
  const counted = rows.map(({ deleted, listed: _, ...row }) => {
    const company = joining.get(row.id);
    const joined =
      company === undefined || company === row.company ? row : { ...row, company, linkedKey: row.key ?? '' };
    return { row: joined, deleted };
  });
  const living = counted.filter(({ deleted }) => !deleted).map(({ row }) => row);
  const standings = new Map([...standingsOf(living)].map(([id, standing]) => [id, showing(standing, listed)]));
  for (const { row, deleted } of counted) {
    // What is deleted stands for nothing, and is listed nowhere.
    if (deleted) standings.set(row.id, { ...alone(row), contracts: [] });
  }
  return standings;
}

/** A company tells of those contracts only that are inside the scope. */
function showing(standing: Standing, listed: ReadonlySet<number>): Standing {
  return { ...standing, contracts: standing.contracts.filter(({ id }) => listed.has(id)) };
}

function alone({ id, key, company }: StandingContract): Omit<Standing, 'contracts'> {
  const group = company === null ? `contract:${id}` : `company:${company}`;
  return { group, company, companies: [], key, kin: [], leaves: false };
}

const key = 'axenta_client_key(c.client_inn, c.client_kpp)';

/**
 * The contracts asked for, those that share a company or a client with them, and the clients of those. A contract that was linked and is
 * not any more (restored, or tied by hand a moment ago) is to be with its former company.
 */
const standingSql = `
  with scope as materialized (
    select settings_good #> '{scope,contract,crm}' as rule from companies where id = $tenantId),
  asked as materialized (
    select c.id, ${key} as key, m.bitrix24_key as company from contracts c
      left join bitrix24_sync_mappings m on m.tenant_id = c.tenant_id and m.local_type = 'contract' and m.local_id = c.id
       and m.state <> 'orphaned'
     where c.tenant_id = $tenantId and c.id = any($ids::integer[])),
  keys as materialized (select distinct key from asked where key is not null),
  companies as materialized (
    select company from asked where company is not null
    union select unnest($joined::bigint[])
    union select m.bitrix24_key from keys join contracts c on c.tenant_id = $tenantId and ${key} = keys.key and c.deleted_at is null
            join bitrix24_sync_mappings m on m.tenant_id = c.tenant_id and m.local_type = 'contract' and m.local_id = c.id
             and m.state = 'linked'),
  members as materialized (
    select c.id, ${key} as key from companies
      join bitrix24_sync_mappings m on m.tenant_id = $tenantId and m.bitrix24_type = 'company'
       and m.bitrix24_key = companies.company and m.state <> 'orphaned'
      join contracts c on c.tenant_id = $tenantId and c.id = m.local_id and c.deleted_at is null),
  all_keys as materialized (select key from keys union select key from members where key is not null),
  found as materialized (
    select id from asked union select id from members
    union select c.id from all_keys join contracts c on c.tenant_id = $tenantId and ${key} = all_keys.key and c.deleted_at is null)
  select c.id, c.number, c.title, c.start_date, c.end_date, c.client_inn, c.client_kpp, ${key} as key, c.deleted_at is not null as deleted,
         m.client_key as "linkedKey", case when m.state <> 'orphaned' then m.bitrix24_key::integer end as company,
         coalesce(m.state = 'linked', false) as "isLinked", m.id is null as "isFree",
         ${crmInside('contract', 'c', 'scope.rule')} as listed
    from found join contracts c on c.tenant_id = $tenantId and c.id = found.id
    left join scope on true
    left join bitrix24_sync_mappings m on m.tenant_id = $tenantId and m.local_type = 'contract' and m.local_id = c.id`;

/** A company of our own making whose contracts were all deleted, by its client; the first that was linked, where there are several. */
export async function findFormerCompanies(
  db: Database,
  tenantId: number,
  keys: readonly string[],
): Promise<Map<string, number>> {
  if (keys.length === 0) return new Map();
  const rows = await queryRows<{ key: string; company: number }>(
    db,
    `select distinct on (m.client_key) m.client_key as key, m.bitrix24_key::integer as company from bitrix24_sync_mappings m
       left join contracts c on c.tenant_id = m.tenant_id and c.id = m.local_id and c.deleted_at is null
      where m.tenant_id = $tenantId and m.local_type = 'contract' and m.state = 'unlinked' and m.client_key = any($keys)
        and m.bitrix24_key is not null and c.id is null
      order by m.client_key, m.local_id`,
    { tenantId, keys },
  );
  return new Map(rows.map((row) => [row.key, row.company]));
}
