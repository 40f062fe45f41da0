import type { MigrationParams } from '../app/models/migrate.ts';

/**
 * Requests to portals and their answers, kept for three days: one table a day, dropped as a whole. `records` names the records that a
 * request speaks of, as `<tenant>:<kind>:<id>`; it holds no reference to companies, because nothing here outlives them for long.
 */
export async function up({ context: { run } }: MigrationParams): Promise<void> {
  await run(`
    -- begins anew when it has counted all ids of an integer: the first are dropped long before
    create sequence bitrix24_requests_id as integer cycle;
    create table bitrix24_requests (
      id integer not null default nextval('bitrix24_requests_id'),
      tenant_id integer not null,
      sent_at timestamptz not null,
      portal varchar(255) not null,
      method varchar(100) not null,
      methods text[] not null,
      outcome varchar(20) not null,
      code varchar(100),
      duration_ms integer not null,
      commands jsonb,
      records text[] not null,
      request text not null,
      response text not null
    ) partition by range (sent_at);
    create index bitrix24_requests_tenant on bitrix24_requests (tenant_id, sent_at desc, id desc);
    create index bitrix24_requests_records on bitrix24_requests using gin (records)`);
}

export async function down({ context: { run } }: MigrationParams): Promise<void> {
  await run('drop table bitrix24_requests; drop sequence bitrix24_requests_id');
}
