import type { MigrationParams } from '../app/models/migrate.ts';

/** A connection that was never swept has no time of its next sweep: the schedule derives it from the moment of connecting. */
export async function up({ context: { run } }: MigrationParams): Promise<void> {
  await run(`
    alter table bitrix24_connections alter column next_sweep_at drop not null;
    alter table bitrix24_connections alter column next_sweep_at drop default;
  `);
}

export async function down({ context: { run } }: MigrationParams): Promise<void> {
  await run(`
    update bitrix24_connections set next_sweep_at = now() where next_sweep_at is null;
    alter table bitrix24_connections alter column next_sweep_at set default now();
    alter table bitrix24_connections alter column next_sweep_at set not null;
  `);
}
