import type { MigrationParams } from '../app/models/migrate.ts';

/** Requests that were counted for all processes together; the columns are those of rate-limiter-flexible 11. */
export async function up({ context: { run } }: MigrationParams): Promise<void> {
  await run(
    'create table rate_limits (key varchar(255) primary key, points integer not null default 0, expire bigint)',
  );
}

export async function down({ context: { run } }: MigrationParams): Promise<void> {
  await run('drop table rate_limits');
}
