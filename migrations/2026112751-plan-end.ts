import type { MigrationParams } from '../app/models/migrate.ts';

/** When the portal's licence of the application ends, as the portal says; null: it does not say, or the licence has no end. */
export async function up({ context: { run } }: MigrationParams): Promise<void> {
  await run('alter table bitrix24_connections add column plan_ends_at timestamptz');
}

export async function down({ context: { run } }: MigrationParams): Promise<void> {
  await run('alter table bitrix24_connections drop column plan_ends_at');
}
