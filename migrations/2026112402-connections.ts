import type { MigrationParams } from '../app/models/migrate.ts';

/** How tenants reach their portals, what each portal's limits have left, and when schedules fired. */
export async function up({ context: { run } }: MigrationParams): Promise<void> {
  await run(`
    create table bitrix24_connections (
      tenant_id integer not null references companies (id),
      kind varchar(20) not null check (kind in ('webhook', 'installation')),
      state varchar(20) not null default 'active' check (state in ('active', 'suspended')),
      portal_host varchar(255) not null,
      member_id varchar(64),
      user_id integer,
      scope text[] not null default '{}',
      -- the portal's outgoing webhook proves itself with this token: digest to find it, ciphertext never needed back
      outgoing_token_digest varchar(64),
      -- why and since when the tenant is stopped (suspended) or waits (paused)
      error_code varchar(100),
      error_message text,
      suspended_at timestamptz,
      paused_until timestamptz,
      pause_reason varchar(50),
      pause_failures integer not null default 0,
      last_event_at timestamptz,
      checked_at timestamptz,
      next_sweep_at timestamptz not null default now(),
      created_at timestamptz not null default now(),
      updated_at timestamptz not null default now(),
      primary key (tenant_id, kind)
    );
    create index bitrix24_connections_token on bitrix24_connections (outgoing_token_digest);

    create table portal_limits (
      portal varchar(255) not null,
      lane varchar(150) not null,
      -- requests in the bucket, or seconds of method time spent, as of refreshed_at
      level double precision not null default 0,
      refreshed_at timestamptz not null default clock_timestamp(),
      -- moving average of seconds for one call
      cost double precision,
      blocked_until timestamptz,
      primary key (portal, lane)
    );

    create table cron_runs (
      key text primary key,
      created_at timestamptz not null default now()
    );

    -- Clearing the URL by plain SQL switches the synchronisation off, as clearing it through REST does.
    create function axenta_webhook_removed() returns trigger language plpgsql as $$
    begin
      delete from bitrix24_connections where tenant_id = new.id and kind = 'webhook';
      return null;
    end $$;
    create trigger companies_webhook_removed after update of bitrix24_webhook_url on companies for each row
      when (old.bitrix24_webhook_url is not null and new.bitrix24_webhook_url is null)
      execute function axenta_webhook_removed();
  `);
}

export async function down({ context: { run } }: MigrationParams): Promise<void> {
  await run(`
    drop trigger companies_webhook_removed on companies;
    drop function axenta_webhook_removed();
    drop table bitrix24_connections, portal_limits, cron_runs;
  `);
}
