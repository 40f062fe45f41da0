import type { MigrationParams } from '../app/models/migrate.ts';

const recordTables = ['contracts', 'objects', 'users'];

/** CRM records of the tenants. Every column that another program would leave out has a default. */
export async function up({ context: { run } }: MigrationParams): Promise<void> {
  await run(`
    create table companies (
      id serial primary key,
      name varchar(255) not null,
      bitrix24_webhook_url text,
      bitrix24_client_id varchar(100),
      bitrix24_client_secret text,
      settings jsonb not null default '{}',
      created_at timestamptz not null default now(),
      updated_at timestamptz not null default now(),
      deleted_at timestamptz
    );

    create table contracts (
      id serial primary key,
      tenant_id integer not null references companies (id),
      number varchar(100) not null,
      title varchar(255),
      description text,
      client_name varchar(255),
      client_inn varchar(12),
      client_kpp varchar(9),
      client_email varchar(255),
      client_phone varchar(50),
      client_address text,
      start_date date,
      end_date date,
      total_amount numeric(18, 2),
      currency varchar(3) not null default 'RUB',
      status varchar(50) not null default 'active',
      created_at timestamptz not null default now(),
      updated_at timestamptz not null default now(),
      deleted_at timestamptz,
      unique (tenant_id, id)
    );
    create unique index contracts_number on contracts (tenant_id, number) where deleted_at is null;

    create table objects (
      id serial primary key,
      tenant_id integer not null references companies (id),
      name varchar(255) not null,
      type varchar(100),
      description text,
      imei varchar(20),
      phone_number varchar(50),
      serial_number varchar(100),
      status varchar(50) not null default 'active',
      contract_id integer,
      created_at timestamptz not null default now(),
      updated_at timestamptz not null default now(),
      deleted_at timestamptz,
      -- the pair, so that no object can point at a contract of another tenant
      foreign key (tenant_id, contract_id) references contracts (tenant_id, id)
    );
    create unique index objects_imei on objects (tenant_id, imei) where deleted_at is null;
    create index objects_contract on objects (tenant_id, contract_id);

    create table users (
      id serial primary key,
      tenant_id integer not null references companies (id),
      name varchar(255) not null,
      email varchar(255),
      phone varchar(50),
      role varchar(50) not null default 'user',
      is_active boolean not null default true,
      created_at timestamptz not null default now(),
      updated_at timestamptz not null default now(),
      deleted_at timestamptz
    );
    create index users_tenant on users (tenant_id, id);

    -- Other programs forget updated_at; the conflict policy "latest" needs it.
    create function axenta_touch() returns trigger language plpgsql as $$
    begin
      if new.updated_at is not distinct from old.updated_at then
        new.updated_at := now();
      end if;
      return new;
    end $$;
  `);
  for (const table of ['companies', ...recordTables]) {
    await run(`create trigger ${table}_touch before update on ${table} for each row execute function axenta_touch()`);
  }
}

export async function down({ context: { run } }: MigrationParams): Promise<void> {
  await run('drop table objects, users, contracts, companies; drop function axenta_touch()');
}
