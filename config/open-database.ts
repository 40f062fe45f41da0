import path from 'node:path';
import type { Config } from './config.ts';

/** Where the database is: `DATABASE_URL`, or the embedded PostgreSQL of the data folder, started when needed. */
export async function openDatabaseUrl({
  databaseUrl,
  dataDir,
}: Pick<Config, 'databaseUrl' | 'dataDir'>): Promise<{ url: string; stop(): Promise<void> }> {
  if (databaseUrl) return { url: databaseUrl, stop: async () => undefined };
  // Loaded only when needed: an installation without development packages has no embedded server.
  const { startEmbeddedPostgres } = await import('./embedded-postgres.ts');
  return startEmbeddedPostgres({ dir: path.join(dataDir, 'postgres') });
}
