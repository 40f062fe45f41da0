import type { MigrationParams } from '../app/models/migrate.ts';

/** Portals whose plan allows more requests than others: how many at once and a second. Null: as others. */
export async function up({ context: { run } }: MigrationParams): Promise<void> {
  await run('alter table portal_limits add column size double precision, add column drain double precision');
}

export async function down({ context: { run } }: MigrationParams): Promise<void> {
  await run('alter table portal_limits drop column drain, drop column size');
}
