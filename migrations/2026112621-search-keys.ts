import type { MigrationParams } from '../app/models/migrate.ts';

/** Indexes for what the engine and the lists ask of large tables; every one begins with the tenant. */
export async function up({ context: { run } }: MigrationParams): Promise<void> {
  await run(`
    -- The seed's column is text; ids of the portal are compared and ordered as numbers. What is no number has no key: it fails no writer.
    alter table bitrix24_sync_mappings add column bitrix24_key bigint
      generated always as (case when bitrix24_id ~ '^[0-9]{1,18}$' then bitrix24_id::bigint end) stored;
    create index bitrix24_sync_mappings_key on bitrix24_sync_mappings (tenant_id, bitrix24_type, bitrix24_key);
    -- The negative id is an order that no other index has: by id alone, PostgreSQL may read the newer rows of all other tenants first.
    create index bitrix24_sync_mappings_newest on bitrix24_sync_mappings (tenant_id, (-id));
    create index bitrix24_sync_mappings_apart on bitrix24_sync_mappings (tenant_id, (-id)) where state <> 'linked';

    create index integration_errors_record on integration_errors (tenant_id, local_type, local_id);
    create index integration_errors_remote on integration_errors (tenant_id, local_type, external_id)
      where local_id is null and status <> 'resolved';
    create index integration_errors_time on integration_errors (tenant_id, created_at);
    create index integration_errors_kinds on integration_errors (tenant_id, local_type, kind, operation, local_id)
      where status <> 'resolved';

    -- rows in the order in which they are claimed
    create index sync_queue_claim on sync_queue (tenant_id, priority, entity, due_at, record_id);
  `);
}

export async function down({ context: { run } }: MigrationParams): Promise<void> {
  await run(`
    drop index sync_queue_claim, integration_errors_kinds, integration_errors_time, integration_errors_remote,
      integration_errors_record, bitrix24_sync_mappings_apart, bitrix24_sync_mappings_newest, bitrix24_sync_mappings_key;
    alter table bitrix24_sync_mappings drop column bitrix24_key;
  `);
}
