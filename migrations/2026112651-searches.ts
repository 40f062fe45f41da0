import type { MigrationParams } from '../app/models/migrate.ts';

/** What the background searches remember: the highest id seen, whether the portal filters by time, and looks that were asked for. */
export async function up({ context: { run } }: MigrationParams): Promise<void> {
  await run(`
    -- a record that comes back from the recycle bin has a new id and its old time of change
    alter table sync_watermarks add column highest_id bigint;

    -- what the portal makes of a filter on updatedTime; null: not proved yet
    alter table bitrix24_connections add column time_filter varchar(20) check (time_filter in ('honoured', 'ignored'));

    -- looks from our side that wait for transactions which were open when the connection or a kind came on
    create table local_looks (
      tenant_id integer primary key references companies (id),
      asked_at timestamptz not null default now(),
      -- every transaction below this one has to have ended; null: not set yet
      after_xid bigint
    );
  `);
}

export async function down({ context: { run } }: MigrationParams): Promise<void> {
  await run(`
    drop table local_looks;
    alter table bitrix24_connections drop column time_filter;
    alter table sync_watermarks drop column highest_id;
  `);
}
