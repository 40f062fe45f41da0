import type { MigrationParams } from '../app/models/migrate.ts';

/** Tasks of the portal that were asked for with an object: what was asked, and how each looked when it was last read. */
export async function up({ context: { run } }: MigrationParams): Promise<void> {
  await run(`
    create table object_tasks (
      id serial primary key,
      tenant_id integer not null references companies (id),
      object_id integer not null,
      deal_id integer not null,
      -- null until the portal has told it
      bitrix24_id integer,
      -- XML_ID of the task: by it an add is found whose answer was lost
      mark varchar(40) not null,
      title varchar(255) not null,
      description text,
      deadline timestamptz,
      responsible_id integer not null,
      responsible_name varchar(255),
      -- sending: asked for, not known of the portal yet; gone: deleted there, or hidden from us
      status varchar(30) not null default 'sending',
      requested_by varchar(255),
      -- why it could not be made, or not be read lately
      error jsonb,
      attempts smallint not null default 0,
      -- what the portal tells of it; a look that began before the last one may be out of date
      notices integer not null default 0,
      sent_at timestamptz not null,
      look_at timestamptz,
      changed_at timestamptz,
      closed_at timestamptz,
      created_at timestamptz not null default now(),
      updated_at timestamptz not null default now(),
      unique (tenant_id, mark)
    );
    create index object_tasks_object on object_tasks (tenant_id, object_id, id desc);
    create unique index object_tasks_bitrix24 on object_tasks (tenant_id, bitrix24_id) where bitrix24_id is not null;
    create index object_tasks_due on object_tasks (tenant_id, look_at) where look_at is not null`);
}

export async function down({ context: { run } }: MigrationParams): Promise<void> {
  await run('drop table object_tasks');
}
