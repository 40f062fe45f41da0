import type { MigrationParams } from '../app/models/migrate.ts';

/**
 * Whom a company tells of what, what is wrong now and was, and each message with what became of it. `told_at` and `recovery_told_at`: when
 * the messages of the beginning and of the end were put among the deliveries; null: not yet.
 */
export async function up({ context: { run } }: MigrationParams): Promise<void> {
  await run(`
    create table alert_settings (
      tenant_id integer primary key references companies (id),
      settings jsonb not null,
      -- ciphertext: see app/alerts/secret-place.ts
      webhook_secret text,
      -- the last moment of a digest that was looked at
      digest_at timestamptz not null default now(),
      updated_at timestamptz not null default now()
    );

    create table alerts (
      id bigserial,
      tenant_id integer not null references companies (id),
      cause varchar(30) not null,
      subject varchar(255) not null default '',
      -- since when it is so, by what was found; began_at: when it was found
      since timestamptz not null,
      began_at timestamptz not null default now(),
      ended_at timestamptz,
      told_at timestamptz,
      recovery_told_at timestamptz,
      what jsonb not null,
      advice jsonb not null,
      primary key (tenant_id, id)
    );
    create unique index alerts_open on alerts (tenant_id, cause, subject) where ended_at is null;

    create table alert_deliveries (
      id bigserial,
      tenant_id integer not null references companies (id),
      -- the same for every attempt: receivers know a repeated message by it
      key uuid not null default gen_random_uuid(),
      event varchar(20) not null,
      cause varchar(30),
      channel varchar(20) not null,
      recipient varchar(2000) not null,
      message jsonb not null,
      state varchar(10) not null default 'waiting' check (state in ('waiting', 'sent', 'failed')),
      attempts integer not null default 0,
      due_at timestamptz not null default now(),
      -- a process sends it until then
      claimed_until timestamptz,
      answer jsonb,
      created_at timestamptz not null default now(),
      sent_at timestamptz,
      primary key (tenant_id, id)
    );
    create index alert_deliveries_due on alert_deliveries (tenant_id, due_at) where state = 'waiting';
    create index alert_deliveries_time on alert_deliveries (created_at);
  `);
}

export async function down({ context: { run } }: MigrationParams): Promise<void> {
  await run('drop table alert_deliveries, alerts, alert_settings');
}
