import { chmodSync, mkdtempSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { type EmbeddedPostgres, startEmbeddedPostgres } from '../../config/embedded-postgres.ts';
import { buildPages } from '../../public/build.ts';
import { prepareTemplate } from './database.ts';

let postgres: EmbeddedPostgres | undefined;

/** Once per run, in the parent process: one PostgreSQL for all test files; the mocha workers inherit its address. */
export async function mochaGlobalSetup(): Promise<void> {
  if (!process.env.TEST_DATABASE_URL) {
    const parent = mkdtempSync(path.join(os.tmpdir(), 'axenta-test-'));
    // The server may run as somebody else than we do.
    chmodSync(parent, 0o755);
    postgres = await startEmbeddedPostgres({ dir: path.join(parent, 'postgres'), throwAway: true });
    process.env.TEST_DATABASE_URL = postgres.url;
  }
  await Promise.all([prepareTemplate(), buildPages()]);
}

export async function mochaGlobalTeardown(): Promise<void> {
  await postgres?.stop();
}
