import type { MigrationParams } from '../app/models/migrate.ts';

/** Whose portal is slow, what time it is there, and when its nightly searches ran last. */
export async function up({ context: { run } }: MigrationParams): Promise<void> {
  await run(`
    -- until then the tenant's records are reconciled in the slots of slow portals
    alter table bitrix24_connections add column slow_until timestamptz;
    -- minutes east of UTC by the portal's own clock; Moscow until an answer tells
    alter table bitrix24_connections add column utc_offset_min integer not null default 180;
    -- the last firing of the searches that run once a night and once a week
    alter table bitrix24_connections add column nightly_fired_at timestamptz not null default now();
    alter table bitrix24_connections add column weekly_fired_at timestamptz not null default now();
    -- what a person waits for: priorities up to 10
    create index sync_queue_urgent on sync_queue (tenant_id, due_at) where priority <= 10;
  `);
}

export async function down({ context: { run } }: MigrationParams): Promise<void> {
  await run(`
    drop index sync_queue_urgent;
    alter table bitrix24_connections drop column weekly_fired_at;
    alter table bitrix24_connections drop column nightly_fired_at;
    alter table bitrix24_connections drop column utc_offset_min;
    alter table bitrix24_connections drop column slow_until;
  `);
}
