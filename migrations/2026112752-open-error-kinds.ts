import type { MigrationParams } from '../app/models/migrate.ts';

/** Measures count what is open now: open errors by kind, and runs by age, without reading those of former years. */
export async function up({ context: { run } }: MigrationParams): Promise<void> {
  await run(`
    create index integration_errors_open_kind on integration_errors (kind) where status <> 'resolved';
    create index sync_runs_created on sync_runs (created_at)`);
}

export async function down({ context: { run } }: MigrationParams): Promise<void> {
  await run('drop index integration_errors_open_kind; drop index sync_runs_created');
}
