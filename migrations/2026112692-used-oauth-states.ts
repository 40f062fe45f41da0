import type { MigrationParams } from '../app/models/migrate.ts';

/** Browser authorizations that came back, until their time is over: each comes back once. */
export async function up({ context: { run } }: MigrationParams): Promise<void> {
  await run('create table used_oauth_states (id uuid primary key, expires_at timestamptz not null)');
}

export async function down({ context: { run } }: MigrationParams): Promise<void> {
  await run('drop table used_oauth_states');
}
