import type { MigrationParams } from '../app/models/migrate.ts';

/**
 * What takes the place of credentials: the token of an outgoing webhook that was entered and has proved nothing yet, and a second chain of
 * tokens of an installation. `service_user` tells whose chain the present one is, `service_since` when it took the place of another.
 */
export async function up({ context: { run } }: MigrationParams): Promise<void> {
  await run(`
    alter table bitrix24_connections add column next_outgoing_digest varchar(64);
    create index bitrix24_connections_next_token on bitrix24_connections (next_outgoing_digest)
      where next_outgoing_digest is not null;
    alter table bitrix24_installations
      add column service_user varchar(20) not null default 'administrator'
        check (service_user in ('administrator', 'system')),
      add column service_since timestamptz,
      add column spare_access_token text,
      add column spare_refresh_token text,
      add column spare_user_id integer,
      add column spare_user varchar(20) check (spare_user in ('administrator', 'system'))`);
}

export async function down({ context: { run } }: MigrationParams): Promise<void> {
  await run(`
    alter table bitrix24_installations drop column spare_user, drop column spare_user_id, drop column spare_refresh_token,
      drop column spare_access_token, drop column service_since, drop column service_user;
    drop index bitrix24_connections_next_token;
    alter table bitrix24_connections drop column next_outgoing_digest`);
}
