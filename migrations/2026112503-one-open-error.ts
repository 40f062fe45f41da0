import type { MigrationParams } from '../app/models/migrate.ts';

/**
 * A local record has one open error, whichever Bitrix24 record it had when it failed: a create that was given up after its record was
 * found had two. Of several that are open the newest stays.
 */
export async function up({ context: { run } }: MigrationParams): Promise<void> {
  await run(`
    update integration_errors e set status = 'resolved', resolved_at = now(), updated_at = now(), next_retry_at = null
     where status <> 'resolved' and local_id is not null and exists (
       select 1 from integration_errors newer
        where newer.status <> 'resolved' and newer.tenant_id = e.tenant_id and newer.local_type = e.local_type
          and newer.local_id = e.local_id and newer.id > e.id);
    drop index integration_errors_open;
    create unique index integration_errors_open on integration_errors
      (tenant_id, coalesce(local_type, ''), coalesce(local_id, 0),
       (case when local_id is null then coalesce(external_id, '') else '' end)) where status <> 'resolved';
  `);
}

export async function down({ context: { run } }: MigrationParams): Promise<void> {
  await run(`
    drop index integration_errors_open;
    create unique index integration_errors_open on integration_errors
      (tenant_id, coalesce(local_type, ''), coalesce(local_id, 0), coalesce(external_id, '')) where status <> 'resolved';
  `);
}
