import type { MigrationParams } from '../app/models/migrate.ts';

/** What a person decided about one conflict or about many at once, so that it can be asked about and taken back. */
export async function up({ context: { run } }: MigrationParams): Promise<void> {
  await run(`
    create table conflict_decisions (
      id serial primary key,
      tenant_id integer not null references companies (id),
      keep varchar(10) not null check (keep in ('crm', 'bitrix24')),
      decided_by varchar(255) not null,
      created_at timestamptz not null default now(),
      undone_at timestamptz
    );
    create index conflict_decisions_tenant on conflict_decisions (tenant_id, id desc);
    alter table sync_conflicts add column decision_id integer;
    create index sync_conflicts_decision on sync_conflicts (tenant_id, decision_id) where decision_id is not null`);
}

export async function down({ context: { run } }: MigrationParams): Promise<void> {
  await run(`
    drop index sync_conflicts_decision;
    alter table sync_conflicts drop column decision_id;
    drop table conflict_decisions`);
}
