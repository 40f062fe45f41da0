import type { MigrationParams } from '../app/models/migrate.ts';

/** Mappings with their shadows, the sync queue, runs, log, conflicts and errors. */
export async function up({ context: { run } }: MigrationParams): Promise<void> {
  await run(`
    create table bitrix24_sync_mappings (
      id serial primary key,
      created_at timestamptz not null default now(),
      updated_at timestamptz not null default now(),
      tenant_id integer not null references companies (id),
      local_type varchar(50) not null,
      local_id integer not null,
      bitrix24_type varchar(50) not null,
      bitrix24_id varchar(100) not null,
      last_sync_at timestamptz,
      sync_direction varchar(20),
      -- linked: kept equal; unlinked: the local record was deleted; orphaned: the Bitrix24 record was deleted
      state varchar(20) not null default 'linked' check (state in ('linked', 'unlinked', 'orphaned')),
      local_shadow jsonb not null default '{}',
      bitrix24_shadow jsonb not null default '{}',
      bitrix24_modified_at timestamptz,
      unique (tenant_id, local_type, local_id),
      unique (tenant_id, bitrix24_type, bitrix24_id)
    );

    create table sync_runs (
      id serial primary key,
      tenant_id integer not null references companies (id),
      direction varchar(20) not null,
      entities text[] not null,
      filter jsonb not null default '{}',
      dry_run boolean not null default false,
      silent boolean not null default false,
      import_new boolean not null default false,
      state varchar(20) not null default 'running' check (state in ('running', 'finished', 'cancelled', 'failed')),
      -- where the scan for records stands; null when it is done
      scan jsonb,
      total integer not null default 0,
      done integer not null default 0,
      created integer not null default 0,
      updated integer not null default 0,
      unchanged integer not null default 0,
      skipped integer not null default 0,
      failed integer not null default 0,
      conflicts integer not null default 0,
      done_by_entity jsonb not null default '{}',
      errors jsonb not null default '[]',
      preview jsonb not null default '[]',
      requested_by varchar(255),
      created_at timestamptz not null default now(),
      finished_at timestamptz
    );
    -- one run at a time: the second insert fails, whichever process makes it
    create unique index sync_runs_running on sync_runs (tenant_id) where state = 'running';
    create index sync_runs_tenant on sync_runs (tenant_id, id desc);

    create table sync_queue (
      tenant_id integer not null references companies (id),
      entity varchar(20) not null,
      side varchar(10) not null check (side in ('local', 'bitrix24')),
      record_id bigint not null,
      changes integer not null default 1,
      reason varchar(30) not null default 'changed',
      -- 0 a person waits, 5 event, 10 change, 20 run or sweep
      priority smallint not null default 10,
      run_id integer,
      attempts smallint not null default 0,
      queued_at timestamptz not null default now(),
      due_at timestamptz not null default now(),
      -- committed before a create is sent, with the values sent: see sync/create.ts
      create_sent_at timestamptz,
      create_values jsonb,
      primary key (tenant_id, entity, side, record_id)
    );
    create index sync_queue_due on sync_queue (tenant_id, due_at);
    create index sync_queue_run on sync_queue (run_id) where run_id is not null;

    create table sync_watermarks (
      tenant_id integer not null references companies (id),
      entity varchar(20) not null,
      -- every change in the portal up to this moment has been queued
      seen_until timestamptz not null,
      primary key (tenant_id, entity)
    );

    create table sync_log (
      id bigserial primary key,
      tenant_id integer not null references companies (id),
      entity varchar(20) not null,
      local_id integer,
      bitrix24_id varchar(100),
      run_id integer,
      direction varchar(20) not null,
      operation varchar(30) not null,
      changes jsonb not null default '{}',
      duration_ms integer,
      created_at timestamptz not null default now()
    );
    create index sync_log_record on sync_log (tenant_id, entity, local_id, id desc);
    create index sync_log_time on sync_log (tenant_id, created_at);

    create table sync_conflicts (
      id serial primary key,
      tenant_id integer not null references companies (id),
      entity varchar(20) not null,
      local_id integer not null,
      bitrix24_id varchar(100) not null,
      field varchar(100) not null,
      local_value jsonb,
      bitrix24_value jsonb,
      winner varchar(10) not null check (winner in ('crm', 'bitrix24')),
      policy varchar(10) not null,
      state varchar(10) not null default 'open' check (state in ('open', 'resolved')),
      created_at timestamptz not null default now(),
      resolved_at timestamptz
    );
    create index sync_conflicts_tenant on sync_conflicts (tenant_id, state, id desc);

    create table integration_errors (
      id serial primary key,
      tenant_id integer not null references companies (id),
      service varchar(50) not null default 'bitrix24',
      operation varchar(50) not null,
      local_type varchar(50),
      local_id integer,
      bitrix24_type varchar(50),
      external_id varchar(100),
      run_id integer,
      kind varchar(20) not null,
      code varchar(100) not null,
      message text not null,
      retryable boolean not null,
      attempts integer not null default 1,
      next_retry_at timestamptz,
      -- pending: another attempt comes by itself; failed: dead letter, waits for a person; resolved
      status varchar(20) not null check (status in ('pending', 'failed', 'resolved')),
      request jsonb,
      response jsonb,
      stack_trace text,
      created_at timestamptz not null default now(),
      updated_at timestamptz not null default now(),
      resolved_at timestamptz
    );
    -- one open row per record (or per connection, where both ids are absent): counted, not repeated
    create unique index integration_errors_open on integration_errors
      (tenant_id, coalesce(local_type, ''), coalesce(local_id, 0), coalesce(external_id, '')) where status <> 'resolved';
    create index integration_errors_tenant on integration_errors (tenant_id, status, id desc);
  `);
}

export async function down({ context: { run } }: MigrationParams): Promise<void> {
  await run(`
    drop table integration_errors, sync_conflicts, sync_log, sync_watermarks, sync_queue, sync_runs, bitrix24_sync_mappings
  `);
}
