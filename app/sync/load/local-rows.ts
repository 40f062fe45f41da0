import type { Transaction } from 'sequelize';
import type { Standing } from '../../field-maps/clients.ts';
import type { LocalRecord } from '../../field-maps/types.ts';
import { type Entity, pairKinds } from '../../lib/records.ts';
import { type Database, queryRows } from '../../models/database.ts';
import { readStandings } from './standings.ts';

/** Rows of one kind of one tenant. */
export interface LocalTarget {
  tenantId: number;
  entity: Entity;
}

/** A local row as the engine read it. */
export interface LocalRow {
  id: number;
  record: LocalRecord;
  /** PostgreSQL's own version of the row: it changes with every write, also of other programs. */
  version: string;
  modifiedAt: Date;
  deleted: boolean;
  /** For which company a contract stands; null for other kinds. */
  standing: Standing | null;
}

/** Rows that are being reconciled: contracts may be on their way to a company that their mappings do not name yet. */
interface ReadTarget extends LocalTarget {
  joining?: ReadonlyMap<number, number>;
}

type RawRow = Record<string, unknown> & { id: number; row_version: string; updated_at: Date; deleted_at: Date | null };

const contractColumns = `c.number as contract_number, c.client_name as contract_client_name,
  c.start_date as contract_start_date, c.end_date as contract_end_date, c.total_amount as contract_total_amount,
  c.currency as contract_currency, m.bitrix24_id as contract_bitrix24_id,
  now_of.client_inn as contract_client_inn_now, now_of.client_name as contract_client_name_now,
  c.id is not null as has_contract`;

// A deleted contract whose company is kept is kept in its deals, too.
const contractJoin = `left join contracts c on c.tenant_id = r.tenant_id and c.id = r.contract_id
   and (c.deleted_at is null or not exists (select 1 from companies t where t.id = r.tenant_id
          and t.settings_good #>> '{on_local_delete,contract}' = 'delete'
          and coalesce(t.settings_good #>> '{directions,contract}', '') <> 'from_bitrix'))
  left join bitrix24_sync_mappings m on m.tenant_id = c.tenant_id and m.local_type = 'contract' and m.local_id = c.id
   and m.state = 'linked'
  left join contracts now_of on now_of.tenant_id = r.tenant_id and now_of.id = r.contract_id`;

/**
 * Reads rows of one kind by id, deleted ones included; an object comes with what its deal shows of its contract, a contract with those
 * that stand for the same company.
 */
export async function readLocal(
  db: Database,
  { tenantId, entity, joining }: ReadTarget,
  ids: readonly number[],
  transaction?: Transaction,
): Promise<Map<number, LocalRow>> {
  if (ids.length === 0) return new Map();
  const isObject = entity === 'object';
  const rows = await queryRows<RawRow>(
    db,
    `select r.*, r.xmin::text as row_version ${isObject ? `, ${contractColumns}` : ''}
       from ${pairKinds[entity].table} r ${isObject ? contractJoin : ''}
      where r.tenant_id = $tenantId and r.id = any($ids)`,
    { tenantId, ids },
    transaction,
  );
  const asked = entity === 'contract' ? rows.map(({ id }) => id) : [];
  const standings = await readStandings(db, { tenantId, ids: asked, ...(joining && { joining }) }, transaction);
  return new Map(rows.map((row) => [row.id, toLocalRow(row, standings.get(row.id) ?? null)]));
}

function toLocalRow({ row_version, ...columns }: RawRow, standing: Standing | null): LocalRow {
  const record = standing ? { ...columns, client_contracts: standing.contracts } : columns;
  return {
    id: record.id,
    record,
    standing,
    version: row_version,
    modifiedAt: record.updated_at,
    deleted: record.deleted_at !== null,
  };
}

/**
 * Writes columns of one row, only if it is still as it was read: null when it changed meanwhile, or is being changed by somebody
 * who holds it locked. The transaction must carry our sync origin (`markAsOurs`), or the write would be queued again.
 */
export async function writeLocal(
  db: Database,
  { tenantId, entity, row }: LocalTarget & { row: LocalRow },
  columns: Record<string, unknown>,
  transaction: Transaction,
): Promise<LocalRow | null> {
  const { table } = pairKinds[entity];
  const names = Object.keys(columns);
  const [written] = await queryRows<{ id: number }>(
    db,
    `update ${table} set ${names.map((name, index) => `${quoted(name)} = $v${index}`).join(', ')}
      where id = (select id from ${table} where tenant_id = $tenantId and id = $id and xmin::text = $version
                     for update skip locked)
     returning id`,
    {
      tenantId,
      id: row.id,
      version: row.version,
      ...Object.fromEntries(names.map((name, index) => [`v${index}`, columns[name] ?? null])),
    },
    transaction,
  );
  if (!written) return null;
  return (await readLocal(db, { tenantId, entity }, [row.id], transaction)).get(row.id) ?? null;
}

/** Locks a row as it is now and reads it; null when another program holds it, or it is gone. */
export async function lockLocal(
  db: Database,
  { tenantId, entity, row }: LocalTarget & { row: LocalRow },
  transaction: Transaction,
): Promise<LocalRow | null> {
  const [locked] = await queryRows<{ id: number }>(
    db,
    `select id from ${pairKinds[entity].table} where tenant_id = $tenantId and id = $id for update skip locked`,
    { tenantId, id: row.id },
    transaction,
  );
  if (!locked) return null;
  return (await readLocal(db, { tenantId, entity }, [row.id], transaction)).get(row.id) ?? null;
}

/**
 * Takes the mark of deletion off rows; as a person's own change it is queued. Returns the ids that there are, deleted until now or not.
 * Throws UniqueConstraintError when another row has taken a unique value meanwhile.
 */
export async function undeleteLocal(
  db: Database,
  { tenantId, entity }: LocalTarget,
  ids: readonly number[],
  transaction: Transaction,
): Promise<Set<number>> {
  const { table } = pairKinds[entity];
  await queryRows(
    db,
    `update ${table} set deleted_at = null where tenant_id = $tenantId and id = any($ids) and deleted_at is not null`,
    { tenantId, ids },
    transaction,
  );
  const rows = await queryRows<{ id: number }>(
    db,
    `select id from ${table} where tenant_id = $tenantId and id = any($ids)`,
    { tenantId, ids },
    transaction,
  );
  return new Set(rows.map(({ id }) => id));
}

/** Inserts a record that came from Bitrix24 and returns it. */
export async function insertLocal(
  db: Database,
  { tenantId, entity }: LocalTarget,
  columns: Record<string, unknown>,
  transaction: Transaction,
): Promise<LocalRow> {
  const names = Object.keys(columns);
  const [created] = await queryRows<{ id: number }>(
    db,
    `insert into ${pairKinds[entity].table} (tenant_id, ${names.map(quoted).join(', ')})
     values ($tenantId, ${names.map((_, index) => `$v${index}`).join(', ')}) returning id`,
    { tenantId, ...Object.fromEntries(names.map((name, index) => [`v${index}`, columns[name] ?? null])) },
    transaction,
  );
  const row = created && (await readLocal(db, { tenantId, entity }, [created.id], transaction)).get(created.id);
  if (!row) throw new Error(`The new ${entity} cannot be read back`);
  return row;
}

/** Marks the transaction's writes as the engine's own: the queue triggers pass them over. */
export async function markAsOurs(db: Database, transaction: Transaction): Promise<void> {
  await queryRows(db, `select set_config('axenta.sync_origin', 'bitrix24', true)`, {}, transaction);
}

// Column names come from our own field maps, never from a request; quoting keeps a slip from becoming an injection.
function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}
