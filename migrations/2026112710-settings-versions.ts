import type { MigrationParams } from '../app/models/migrate.ts';

/** Every saved settings document, counted per tenant; number 0 is what stood before the first save. */
export async function up({ context: { run } }: MigrationParams): Promise<void> {
  await run(`
    create table settings_versions (
      tenant_id integer not null references companies (id),
      number integer not null,
      -- sub of the token that saved it; null: another program wrote it into companies.settings
      author varchar(255),
      created_at timestamptz not null default now(),
      -- as it stood in companies.settings, keys of other programs included
      settings jsonb,
      note varchar(500),
      primary key (tenant_id, number)
    )
  `);
}

export async function down({ context: { run } }: MigrationParams): Promise<void> {
  await run('drop table settings_versions');
}
