import { randomBytes } from 'node:crypto';
import pg from 'pg';
import { prepareJobs } from '../../app/jobs/worker.ts';
import { makeLog } from '../../app/lib/log.ts';
import { connectDatabase } from '../../app/models/database.ts';
import { migrate } from '../../app/models/migrate.ts';

/** Quiet: tests that look at log lines make a log of their own. */
const silent = makeLog({ level: 'fatal', format: 'json' });

/** Where the run's PostgreSQL is. */
export function serverUrl(): string {
  const url = process.env.TEST_DATABASE_URL;
  if (!url) throw new Error('TEST_DATABASE_URL is not set: run the tests through mocha with test/support/setup.ts');
  return url;
}

/** Migrates one database, of which every test database is a copy: a copy takes a tenth of the time of the migrations. */
export async function prepareTemplate(): Promise<void> {
  const name = `axenta_template_${randomBytes(6).toString('hex')}`;
  await administer(`create database ${name}`);
  const db = connectDatabase(urlOf(name), silent, 2);
  await migrate(db);
  await db.close();
  process.env.TEST_DATABASE_TEMPLATE = name;
}

export interface TestDatabase {
  url: string;
  drop(): Promise<void>;
}

/** A migrated database of one test file's own. */
export async function createTestDatabase(options: { empty?: boolean } = {}): Promise<TestDatabase> {
  const name = `axenta_test_${randomBytes(6).toString('hex')}`;
  const template = options.empty ? 'template0' : process.env.TEST_DATABASE_TEMPLATE;
  await administer(`create database ${name} template ${template}`);
  return { url: urlOf(name), drop: () => administer(`drop database if exists ${name} with (force)`) };
}

function urlOf(database: string): string {
  const url = new URL(serverUrl());
  url.pathname = `/${database}`;
  return url.href;
}

/** Copying waits until nobody else copies: PostgreSQL refuses to copy a database that is in use. */
async function administer(sql: string): Promise<void> {
  const client = new pg.Client({ connectionString: serverUrl() });
  await client.connect();
  try {
    await client.query('select pg_advisory_lock(7700)');
    await client.query(sql);
  } finally {
    await client.end();
  }
}

/** Loses a test database with all that is in it, and makes it anew, with the tables and no rows of a company. */
export async function recreateDatabase(url: string): Promise<void> {
  const name = new URL(url).pathname.slice(1);
  await administer(`drop database ${name} with (force)`);
  await administer(`create database ${name} template ${process.env.TEST_DATABASE_TEMPLATE}`);
  await prepareJobs(url);
}
