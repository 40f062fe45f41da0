import type { MigrationParams } from '../app/models/migrate.ts';

/** The app installed in portals, and what connects an installation with a company. */
export async function up({ context: { run } }: MigrationParams): Promise<void> {
  await run(`
    create table bitrix24_installations (
      id serial primary key,
      -- the portal's permanent id: its host may change
      member_id varchar(64) not null unique,
      tenant_id integer references companies (id),
      client_id varchar(128) not null,
      -- pending: proved, but no company claims the application yet
      state varchar(20) not null check (state in ('pending', 'active', 'suspended', 'uninstalled')),
      portal_host varchar(255) not null,
      oauth_url varchar(255) not null,
      -- ciphertexts; null when the chain is gone
      access_token text,
      refresh_token text,
      token_version integer not null default 1,
      token_user_id integer,
      -- one refresh at a time in the whole cluster
      refreshing_until timestamptz,
      refreshed_at timestamptz not null default now(),
      application_token_digest varchar(64),
      -- the page that installed (tokenDigest, userId, at): its token was proved, and may have died when the chain was renewed
      installer jsonb,
      scope text[] not null default '{}',
      license varchar(20),
      -- which offline queue the portal's plan allows
      offline varchar(10) not null default 'none' check (offline in ('none', 'plain', 'extended')),
      steps jsonb not null default '{}',
      bound_at timestamptz,
      created_at timestamptz not null default now(),
      updated_at timestamptz not null default now()
    );
    -- a company is connected to one portal
    create unique index bitrix24_installations_tenant on bitrix24_installations (tenant_id)
      where state in ('active', 'suspended');
    create index bitrix24_installations_client on bitrix24_installations (client_id);
    create index companies_client on companies (bitrix24_client_id) where bitrix24_client_id is not null;

    -- an administrator's one-time code that joins a marketplace installation to the company
    create table bitrix24_link_codes (
      code_digest varchar(64) primary key,
      tenant_id integer not null references companies (id),
      expires_at timestamptz not null
    );

    -- The connection that counts: an installation goes before a webhook.
    create view bitrix24_effective_connections as
      select distinct on (tenant_id) * from bitrix24_connections order by tenant_id, kind;
  `);
}

export async function down({ context: { run } }: MigrationParams): Promise<void> {
  await run(`
    drop view bitrix24_effective_connections;
    drop index companies_client;
    drop table bitrix24_link_codes, bitrix24_installations;
  `);
}
