import path from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Transaction } from 'sequelize';
import { Umzug } from 'umzug';
import type { Database } from './database.ts';

/** What a migration file gets: one function that runs SQL inside the migration's transaction. */
export interface MigrationParams {
  context: { run(sql: string): Promise<unknown> };
}

interface Migration {
  up(params: MigrationParams): Promise<void>;
  down(params: MigrationParams): Promise<void>;
}

// Sources and build differ in the extension only; names are stored without it, so that the two agree on what has run.
const extension = path.extname(fileURLToPath(import.meta.url));
const folder = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../../migrations');

/**
 * Brings the schema up (or, for tests, down to nothing). Everything happens in one transaction that holds an advisory lock: of
 * several processes that start at once, one migrates and the others find the work done. With `last`, for tests too, only up to that
 * migration. Repeat-safe. A plain transaction: a migration waits for its locks as long as it takes.
 */
export async function migrate(db: Database, direction: 'up' | 'down' = 'up', last?: string): Promise<string[]> {
  return db.transaction(async (transaction) => {
    await db.query(`select pg_advisory_xact_lock(727001, hashtext(current_schema()))`, { transaction });
    await db.query('create table if not exists migrations (name text primary key, run_at timestamptz default now())', {
      transaction,
    });
    const umzug = makeUmzug(db, transaction);
    const done = direction === 'down' ? await umzug.down({ to: 0 }) : await umzug.up(last ? { to: last } : {});
    return done.map((migration) => migration.name);
  });
}

function makeUmzug(db: Database, transaction: Transaction) {
  const run = (sql: string, replacements: string[] = []) => db.query(sql, { transaction, replacements });
  return new Umzug<MigrationParams['context']>({
    migrations: {
      glob: [`*${extension}`, { cwd: folder }],
      resolve: ({ name, path: file, context }) => {
        const load = () => import(`file://${file}`) as Promise<Migration>;
        return {
          name: path.basename(name, extension),
          up: async () => (await load()).up({ context }),
          down: async () => (await load()).down({ context }),
        };
      },
    },
    // SQL goes to the driver as it is: replacements would read the dollar signs and colons of function bodies.
    context: { run: (sql) => db.query(sql, { transaction, raw: true }) },
    storage: {
      logMigration: async ({ name }) => void (await run('insert into migrations (name) values (?)', [name])),
      unlogMigration: async ({ name }) => void (await run('delete from migrations where name = ?', [name])),
      executed: async () => {
        const [rows] = await run('select name from migrations order by name');
        return (rows as { name: string }[]).map((row) => row.name);
      },
    },
    logger: undefined,
  });
}

/** True when every migration of this build has been applied. */
export async function isMigrated(db: Database): Promise<boolean> {
  return db.transaction(async (transaction) => {
    const [rows] = await db.query(`select to_regclass('migrations') is not null as ready`, { transaction });
    if (!(rows as { ready: boolean }[])[0]?.ready) return false;
    return (await makeUmzug(db, transaction).pending()).length === 0;
  });
}
