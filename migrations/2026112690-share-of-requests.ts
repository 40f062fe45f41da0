import type { MigrationParams } from '../app/models/migrate.ts';

/** What people have taken of a portal's requests, and until when work that waits for no person has its share of them. */
export async function up({ context: { run } }: MigrationParams): Promise<void> {
  await run(`alter table portal_limits
    add column people_level double precision not null default 0,
    add column work_waits_until timestamptz`);
}

export async function down({ context: { run } }: MigrationParams): Promise<void> {
  await run('alter table portal_limits drop column work_waits_until, drop column people_level');
}
