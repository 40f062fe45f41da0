import type { MigrationParams } from '../app/models/migrate.ts';

/** What was linked once, for each portal of a company: a record that is met again is known, instead of being made a second time. */
export async function up({ context: { run } }: MigrationParams): Promise<void> {
  await run(`
    -- when the Bitrix24 record was made: a record restored from the recycle bin keeps it, a copy has its own
    alter table bitrix24_sync_mappings add column bitrix24_created_at timestamptz;

    create table bitrix24_former_mappings (
      tenant_id integer not null references companies (id) on delete cascade,
      portal_host varchar(255) not null,
      local_type varchar(50) not null,
      local_id integer not null,
      bitrix24_type varchar(50) not null,
      bitrix24_key bigint not null,
      local_shadow jsonb not null default '{}',
      bitrix24_shadow jsonb not null default '{}',
      bitrix24_created_at timestamptz,
      linked_at timestamptz not null,
      ended_at timestamptz not null default now(),
      primary key (tenant_id, portal_host, local_type, local_id)
    );
    create index bitrix24_former_mappings_key on bitrix24_former_mappings (tenant_id, portal_host, bitrix24_type, bitrix24_key);

    -- the portal that a company's mappings speak of, also while it is disconnected
    create table bitrix24_last_portals (
      tenant_id integer primary key references companies (id) on delete cascade,
      portal_host varchar(255) not null
    );
    insert into bitrix24_last_portals (tenant_id, portal_host)
      select tenant_id, portal_host from bitrix24_effective_connections;
    insert into bitrix24_last_portals (tenant_id, portal_host)
      select distinct on (tenant_id) tenant_id, portal_host from bitrix24_installations
       where tenant_id is not null order by tenant_id, updated_at desc
      on conflict (tenant_id) do nothing;

    create function axenta_note_portal() returns trigger language plpgsql security definer set search_path from current as $$
    begin
      insert into bitrix24_last_portals (tenant_id, portal_host) values (new.tenant_id, new.portal_host)
      on conflict (tenant_id) do update set portal_host = excluded.portal_host;
      return null;
    end $$;
    create trigger bitrix24_connections_portal after insert or update of portal_host on bitrix24_connections
      for each row execute function axenta_note_portal();
  `);
}

export async function down({ context: { run } }: MigrationParams): Promise<void> {
  await run(`
    drop trigger bitrix24_connections_portal on bitrix24_connections;
    drop function axenta_note_portal();
    drop table bitrix24_last_portals, bitrix24_former_mappings;
    alter table bitrix24_sync_mappings drop column bitrix24_created_at;
  `);
}
