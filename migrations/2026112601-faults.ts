import type { MigrationParams } from '../app/models/migrate.ts';

/** Open failures above the record, what waits for them, and the fields of a record that are in error. */
export async function up({ context: { run } }: MigrationParams): Promise<void> {
  await run(`
    create table sync_faults (
      id bigserial primary key,
      tenant_id integer not null references companies (id),
      -- kind, method, search or connection: see sync/faults/scope.ts
      scope varchar(20) not null check (scope in ('kind', 'method', 'search', 'connection')),
      -- the kind, the method or the search; empty for the connection
      subject varchar(100) not null default '',
      code varchar(100) not null,
      -- the Russian sentence
      message text not null,
      -- {text: {ru, en}, advice: {ru, en}}
      response jsonb not null default '{}',
      attempts integer not null default 1,
      since timestamptz not null default now(),
      -- one probe decides then; null: a person has to mend something first
      next_try_at timestamptz,
      updated_at timestamptz not null default now(),
      ended_at timestamptz
    );
    create unique index sync_faults_open on sync_faults (tenant_id, scope, subject) where ended_at is null;
    create index sync_faults_tenant on sync_faults (tenant_id, id desc);

    -- the open fault that the row waits for, as <scope>:<subject>; null: it waits for its turn
    alter table sync_queue add column waits_for varchar(130);
    create index sync_queue_waits on sync_queue (tenant_id, waits_for) where waits_for is not null;

    -- the fault that caused the error: the record is tried again when it ends
    alter table integration_errors add column fault_id bigint;
    create index integration_errors_fault on integration_errors (tenant_id, fault_id) where fault_id is not null;

    -- field pairs that were refused, with the values that were: {key: {code, local, remote}}
    alter table bitrix24_sync_mappings add column field_errors jsonb not null default '{}';
    -- when we last wrote the Bitrix24 record: its event may be the echo of that
    alter table bitrix24_sync_mappings add column written_at timestamptz;
  `);
}

export async function down({ context: { run } }: MigrationParams): Promise<void> {
  await run(`
    alter table bitrix24_sync_mappings drop column written_at;
    alter table bitrix24_sync_mappings drop column field_errors;
    drop index integration_errors_fault;
    alter table integration_errors drop column fault_id;
    alter table sync_queue drop column waits_for;
    drop table sync_faults;
  `);
}
