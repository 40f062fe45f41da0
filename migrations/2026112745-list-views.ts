import type { MigrationParams } from '../app/models/migrate.ts';

/** Filters of lists that the people of a company saved under a name. */
export async function up({ context: { run } }: MigrationParams): Promise<void> {
  await run(`
    create table list_views (
      tenant_id integer not null references companies (id),
      id integer generated always as identity,
      -- which list: records, activity
      list varchar(20) not null,
      name varchar(100) not null,
      -- names and values of the list's address
      filter jsonb not null,
      -- sub of the token that saved it
      author varchar(255) not null,
      created_at timestamptz not null default now(),
      primary key (tenant_id, id)
    );
    create unique index list_views_name on list_views (tenant_id, list, name);
  `);
}

export async function down({ context: { run } }: MigrationParams): Promise<void> {
  await run('drop table list_views');
}
