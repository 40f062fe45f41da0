import type { MigrationParams } from '../app/models/migrate.ts';

const forgetQueue = `
  delete from sync_queue where tenant_id = old.tenant_id
    and not exists (select 1 from bitrix24_connections where tenant_id = old.tenant_id);`;

/**
 * With the last connection the queue goes, so nothing will try a pending error again: it waits for a person. It is not resolved,
 * because after a create that was given up an open error is what makes the engine look for the record by its origin. A create
 * without an answer stays queued for the same reason: the portal may hold its record, and a new connection looks it up.
 */
export async function up({ context: { run } }: MigrationParams): Promise<void> {
  await run(
    replaceFunction(`
      delete from sync_queue where tenant_id = old.tenant_id and create_sent_at is null
        and not exists (select 1 from bitrix24_connections where tenant_id = old.tenant_id);
      update sync_queue set run_id = null where tenant_id = old.tenant_id
        and not exists (select 1 from bitrix24_connections where tenant_id = old.tenant_id);
      update integration_errors set status = 'failed', next_retry_at = null, updated_at = now()
       where tenant_id = old.tenant_id and status = 'pending'
         and not exists (select 1 from bitrix24_connections where tenant_id = old.tenant_id);`),
  );
}

export async function down({ context: { run } }: MigrationParams): Promise<void> {
  await run(replaceFunction(forgetQueue));
}

function replaceFunction(body: string): string {
  return `
    create or replace function axenta_forget_queue() returns trigger language plpgsql as $$
    begin ${body}
      return null;
    end $$;
  `;
}
