import type { MigrationParams } from '../app/models/migrate.ts';

/** The names of those who open our pages in a portal, and what they did there. */
export async function up({ context: { run } }: MigrationParams): Promise<void> {
  await run(`
    create table portal_people (
      tenant_id integer not null,
      subject varchar(255) not null,
      name varchar(255),
      is_administrator boolean not null default false,
      updated_at timestamptz not null default now(),
      primary key (tenant_id, subject)
    );

    create table visitor_actions (
      tenant_id integer not null,
      id bigint generated always as identity,
      subject varchar(255) not null,
      action text not null,
      entity varchar(20),
      local_id integer,
      bitrix24_id text,
      created_at timestamptz not null default now(),
      primary key (tenant_id, id)
    );
    create index visitor_actions_record on visitor_actions (tenant_id, entity, local_id, created_at desc);
  `);
}

export async function down({ context: { run } }: MigrationParams): Promise<void> {
  await run('drop table visitor_actions, portal_people');
}
