import type { MigrationParams } from '../app/models/migrate.ts';

/** The open conflicts of one record are looked up before the same one is kept a second time. */
export async function up({ context: { run } }: MigrationParams): Promise<void> {
  await run(
    `create index sync_conflicts_open_record on sync_conflicts (tenant_id, entity, local_id) where state = 'open'`,
  );
}

export async function down({ context: { run } }: MigrationParams): Promise<void> {
  await run('drop index sync_conflicts_open_record');
}
