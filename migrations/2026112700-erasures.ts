import type { MigrationParams } from '../app/models/migrate.ts';

/** Portals that asked to be forgotten, until no work that was under way then can write of them any more. */
export async function up({ context: { run } }: MigrationParams): Promise<void> {
  await run(`
    alter table bitrix24_installations add column erasure_owed boolean not null default false;
    create index bitrix24_installations_erasure on bitrix24_installations (tenant_id) where erasure_owed;
  `);
}

export async function down({ context: { run } }: MigrationParams): Promise<void> {
  await run('alter table bitrix24_installations drop column erasure_owed');
}
