import type { MigrationParams } from '../app/models/migrate.ts';

/** What a person paused: a whole tenant, a kind, or one record of ours with its pair. */
export async function up({ context: { run } }: MigrationParams): Promise<void> {
  await run(`
    create table sync_pauses (
      tenant_id integer not null references companies (id),
      id integer generated always as identity,
      -- null: the whole tenant
      entity varchar(20),
      -- null: the whole kind
      local_id integer,
      paused_by varchar(255) not null,
      since timestamptz not null default now(),
      primary key (tenant_id, id),
      check (entity is not null or local_id is null)
    );
    create unique index sync_pauses_target on sync_pauses (tenant_id, coalesce(entity, ''), coalesce(local_id, 0));
  `);
}

export async function down({ context: { run } }: MigrationParams): Promise<void> {
  await run('drop table sync_pauses');
}
