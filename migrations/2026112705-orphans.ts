import type { MigrationParams } from '../app/models/migrate.ts';

/** A record that people take back from the recycle bin is known by the time of its creation. */
export async function up({ context: { run } }: MigrationParams): Promise<void> {
  await run(
    `create index bitrix24_sync_mappings_orphans on bitrix24_sync_mappings (tenant_id, local_type, bitrix24_created_at)
      where state = 'orphaned'`,
  );
}

export async function down({ context: { run } }: MigrationParams): Promise<void> {
  await run('drop index bitrix24_sync_mappings_orphans');
}
