import type { MigrationParams } from '../app/models/migrate.ts';

/** Runs that take others back, what they had to leave and why, and why each line of the log came about. */
export async function up({ context: { run } }: MigrationParams): Promise<void> {
  await run(`
    alter table sync_runs add column kind varchar(20) not null default 'sync' check (kind in ('sync', 'undo'));
    -- of an undo: the run or the line of the log that it takes back, and what becomes of records that were created
    alter table sync_runs add column undo jsonb;

    -- why the record was looked at: changed, event, sweep, run, asked, ...; null for lines of earlier releases
    alter table sync_log add column reason varchar(30);
    create index sync_log_run on sync_log (tenant_id, run_id, entity, local_id) where run_id is not null;
    create index sync_log_tenant on sync_log (tenant_id, created_at desc, id desc);
    create index visitor_actions_time on visitor_actions (tenant_id, created_at desc, id desc);

    create table sync_undo_left (
      id bigserial primary key,
      tenant_id integer not null references companies (id),
      run_id integer not null,
      log_id bigint not null,
      entity varchar(20) not null,
      local_id integer,
      bitrix24_id varchar(100),
      -- null: the record as a whole
      field varchar(100),
      reason varchar(30) not null,
      -- whose value is another one by now
      side varchar(10),
      actor varchar(255)
    );
    create index sync_undo_left_run on sync_undo_left (tenant_id, run_id, id)`);
}

export async function down({ context: { run } }: MigrationParams): Promise<void> {
  await run(`
    drop table sync_undo_left;
    drop index visitor_actions_time;
    drop index sync_log_tenant;
    drop index sync_log_run;
    alter table sync_log drop column reason;
    alter table sync_runs drop column undo;
    alter table sync_runs drop column kind`);
}
