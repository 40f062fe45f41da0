import type { MigrationParams } from '../app/models/migrate.ts';

/** Who changed the record in the portal, for the lines of the log that came from there. */
export async function up({ context: { run } }: MigrationParams): Promise<void> {
  // the portal's own id of the person; null for lines of earlier releases, and where the portal does not tell
  await run('alter table sync_log add column portal_user integer');
}

export async function down({ context: { run } }: MigrationParams): Promise<void> {
  await run('alter table sync_log drop column portal_user');
}
