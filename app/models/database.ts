import type { Socket } from 'node:net';
import pg from 'pg';
import { QueryTypes, Sequelize, type Transaction } from 'sequelize';
import type { Log } from '../lib/log.ts';

export type Database = Sequelize;

/** What a pool may be opened with besides its address; the names are the driver's. */
export interface PoolSettings {
  connectionTimeoutMillis?: number;
  keepAlive?: boolean;
  stream?: () => Socket;
}

/**
 * Listens for errors from the first moment on. Sequelize does so a moment after a connection has opened: one that PostgreSQL ends in the
 * same breath would end the process.
 */
class ListeningClient extends pg.Client {
  constructor(config?: pg.ClientConfig) {
    super(config);
    this.on('error', () => undefined);
  }
}

/** Opens the pool. `url` is a PostgreSQL URL; SQL text is logged at level trace, values never. */
export function connectDatabase(url: string, log: Log, poolSize = 10, settings: PoolSettings = {}): Database {
  return new Sequelize(url, {
    dialect: 'postgres',
    dialectModule: { ...pg, Client: ListeningClient },
    logging: (sql) => log.trace({ sql }, 'SQL'),
    logQueryParameters: false,
    pool: { max: poolSize, acquire: 30_000 },
    define: { underscored: true, createdAt: 'createdAt', updatedAt: 'updatedAt' },
    dialectOptions: { ...settings, application_name: 'axenta-bitrix24' },
  });
}

/**
 * SQL of a list of one tenant's records, given as JSON in the bind `$<bind>`, for `with <name> as`: `columns` as in
 * `jsonb_to_recordset`, and `tenant_id`, from `$tenantId`. A statement that joins it on the whole key, `tenant_id` too, finds each row by
 * that key, however few rows PostgreSQL believes the tenant to have. With `$tenantId` in the join's condition it may read all rows of the
 * tenant for each of the list: it does so in a first load, whose rows it has not counted yet.
 */
export function tenantRecords(bind: string, columns: string): string {
  return `materialized (select $tenantId::integer as tenant_id, r.* from jsonb_to_recordset($${bind}::jsonb) as r (${columns}))`;
}

/** Runs one SQL statement with `$name` binds (never `undefined`) and returns its rows. */
export async function queryRows<Row extends object>(
  db: Database,
  sql: string,
  bind: Record<string, unknown> = {},
  transaction?: Transaction,
): Promise<Row[]> {
  return db.query<Row>(sql, { type: QueryTypes.SELECT, bind, transaction: transaction ?? null });
}
