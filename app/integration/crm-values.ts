import { containsPattern } from '../http/paging.ts';
import { type Entity, pairKinds } from '../lib/records.ts';
import { type Database, queryRows } from '../models/database.ts';

/** A value that records of a tenant have, and how many of them. */
export interface CrmValue {
  value: string;
  count: number;
}

/** A contract to choose from. */
export interface ChosenContract {
  id: number;
  number: string;
  client_name: string | null;
}

/** A column that holds one of a few values. */
type Column = 'type' | 'status' | 'role' | 'currency';

/** So many values of a column, or contracts, are offered; others can be typed. */
const most = 200;

/** What the records of a tenant have in the columns that rules and tables of values name, the most frequent first. */
export async function readCrmValues(db: Database, tenantId: number) {
  const [types, objectStatuses, roles, contractStatuses, currencies, contracts] = await Promise.all([
    valuesOf(db, tenantId, 'object', 'type'),
    valuesOf(db, tenantId, 'object', 'status'),
    valuesOf(db, tenantId, 'user', 'role'),
    valuesOf(db, tenantId, 'contract', 'status'),
    valuesOf(db, tenantId, 'contract', 'currency'),
    queryRows<ChosenContract>(
      db,
      `select id, number, client_name from contracts where tenant_id = $tenantId and deleted_at is null
        order by number, id limit ${most}`,
      { tenantId },
    ),
  ]);
  return {
    object: { type: types, status: objectStatuses },
    user: { role: roles },
    contract: { status: contractStatuses, currency: currencies },
    contracts,
  };
}

/** So many contracts of a search are offered; a longer text finds the others. */
const mostFound = 50;

/** Contracts whose number, title or client has the text, by number, `ids` alone where they are given. Without both: the first of all. */
export function findContracts(
  db: Database,
  tenantId: number,
  { q, ids }: { q?: string | undefined; ids?: readonly number[] | undefined },
): Promise<ChosenContract[]> {
  return queryRows<ChosenContract>(
    db,
    `select id, number, client_name from contracts
      where tenant_id = $tenantId and deleted_at is null
        and ($pattern::text is null or number ilike $pattern or title ilike $pattern or client_name ilike $pattern)
        and ($ids::integer[] is null or id = any($ids))
      order by number, id limit $limit`,
    {
      tenantId,
      pattern: q === undefined ? null : containsPattern(q),
      ids: ids ?? null,
      limit: ids ? ids.length : mostFound,
    },
  );
}

function valuesOf(db: Database, tenantId: number, entity: Entity, column: Column): Promise<CrmValue[]> {
  return queryRows<CrmValue>(
    db,
    `select ${column} as value, count(*)::integer as count from ${pairKinds[entity].table}
      where tenant_id = $tenantId and deleted_at is null and ${column} is not null and ${column} <> ''
      group by ${column} order by count(*) desc, ${column} limit ${most}`,
    { tenantId },
  );
}
