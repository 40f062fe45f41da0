import type { MigrationParams } from '../app/models/migrate.ts';

/** What an update sent that has no committed answer yet: by it our own writing is known when its answer was lost. */
export async function up({ context: { run } }: MigrationParams): Promise<void> {
  await run('alter table bitrix24_sync_mappings add column sent jsonb');
}

export async function down({ context: { run } }: MigrationParams): Promise<void> {
  await run('alter table bitrix24_sync_mappings drop column sent');
}
