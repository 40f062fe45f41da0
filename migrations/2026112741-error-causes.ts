import type { MigrationParams } from '../app/models/migrate.ts';

/**
 * The cause of an error beside its code: the message without what belongs to one record (entities decoded; quoted names, addresses, words
 * with digits taken out). Errors can be put off and closed by a person, and each retry that a person starts is a row whose outcome can be asked.
 */
export async function up({ context: { run } }: MigrationParams): Promise<void> {
  await run(`
    create function axenta_cause(message text) returns text language sql immutable strict parallel safe as $$
      select left(btrim(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(
        replace(replace(replace(replace(replace(replace(replace(left(message, 2000),
          '&quot;', '"'), '&#34;', '"'), '&#039;', ''''), '&#39;', ''''), '&laquo;', '«'), '&raquo;', '»'), '&nbsp;', ' '),
        '«[^»]*»|"[^"]*"|“[^”]*”|(?<!\\w)''[^'']*''(?!\\w)', '…', 'g'),
        'https?://\\S+|\\S+@\\S+', '…', 'g'),
        '\\m(?!(?:Битрикс24|Bitrix24)\\M)\\w*\\d\\w*', '#', 'g'),
        '#([ .,:/+()-]*#)+', '#', 'g'),
        '…([ ,]*…)+', '…', 'g'),
        '\\s+', ' ', 'g')), 300)
    $$;
    alter table integration_errors
      add column cause varchar(12) generated always as (left(md5(code || chr(10) || axenta_cause(message)), 12)) stored,
      add column snoozed_until timestamptz,
      -- null: it ended by itself
      add column resolved_by varchar(255),
      add column closed_as varchar(10) check (closed_as in ('closed', 'excluded'));
    create index integration_errors_cause on integration_errors (tenant_id, cause) where status <> 'resolved';

    create table error_retries (
      id serial primary key,
      tenant_id integer not null references companies (id),
      requested_by varchar(255) not null,
      total integer not null,
      created_at timestamptz not null default now()
    );
    create index error_retries_tenant on error_retries (tenant_id, id desc);
    create table error_retry_items (
      tenant_id integer not null,
      retry_id integer not null references error_retries (id) on delete cascade,
      error_id integer not null,
      primary key (tenant_id, retry_id, error_id)
    )`);
}

export async function down({ context: { run } }: MigrationParams): Promise<void> {
  await run(`
    drop table error_retry_items;
    drop table error_retries;
    drop index integration_errors_cause;
    alter table integration_errors drop column cause, drop column snoozed_until, drop column resolved_by, drop column closed_as;
    drop function axenta_cause(text)`);
}
