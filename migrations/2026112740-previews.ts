import type { MigrationParams } from '../app/models/migrate.ts';

/** What a dry run found, by kind and outcome with examples; and runs that wait for the night. */
export async function up({ context: { run } }: MigrationParams): Promise<void> {
  await run(`
    alter table sync_runs
      add column preview_groups jsonb not null default '{}',
      -- the settings that a dry run planned by: others make it out of date
      add column settings_seen text,
      add column preview_id integer,
      add column starts_at timestamptz;
    alter table sync_runs drop constraint sync_runs_state_check;
    alter table sync_runs add constraint sync_runs_state_check
      check (state in ('scheduled', 'running', 'finished', 'cancelled', 'failed'));
    create unique index sync_runs_scheduled on sync_runs (tenant_id) where state = 'scheduled';
  `);
}

export async function down({ context: { run } }: MigrationParams): Promise<void> {
  await run(`
    drop index sync_runs_scheduled;
    delete from sync_runs where state = 'scheduled';
    alter table sync_runs drop constraint sync_runs_state_check;
    alter table sync_runs add constraint sync_runs_state_check check (state in ('running', 'finished', 'cancelled', 'failed'));
    alter table sync_runs drop column preview_groups, drop column settings_seen, drop column preview_id, drop column starts_at;
  `);
}
