import type { MigrationParams } from '../app/models/migrate.ts';

/** A field that was given up to the portal has one open conflict, whose values are the newest. */
export async function up({ context: { run } }: MigrationParams): Promise<void> {
  await run(`
    -- the portal put its own value back again and again, and ours gave way
    alter table sync_conflicts add column contested boolean not null default false;
    create unique index sync_conflicts_contested on sync_conflicts (tenant_id, entity, local_id, field)
     where contested and state = 'open';
  `);
}

export async function down({ context: { run } }: MigrationParams): Promise<void> {
  await run(`
    drop index sync_conflicts_contested;
    alter table sync_conflicts drop column contested;
  `);
}
