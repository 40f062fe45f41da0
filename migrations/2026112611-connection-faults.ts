import type { MigrationParams } from '../app/models/migrate.ts';

/** Faults of connections that are stopped already, the end of faults with the last connection, and the oldest change of a tenant. */
export async function up({ context: { run } }: MigrationParams): Promise<void> {
  await run(`
    insert into sync_faults (tenant_id, scope, code, message, attempts, since, next_try_at)
    select tenant_id, 'connection', coalesce(error_code, 'connection_suspended'), coalesce(error_message, ''), 1,
           coalesce(suspended_at, updated_at), null
      from bitrix24_effective_connections where state = 'suspended'
    union all
    select tenant_id, 'connection', pause_reason, 'Портал Битрикс24 недоступен, синхронизация продолжится сама',
           pause_failures, updated_at, paused_until
      from bitrix24_effective_connections
     where state = 'active' and paused_until > now() and pause_failures > 0
       and lower(pause_reason) not in ('query_limit_exceeded', 'operation_time_limit', 'limit_reached')
    on conflict do nothing;

    -- No connection left: nothing is wrong with it. Clearing the URL by plain SQL ends here too.
    create function axenta_end_faults() returns trigger language plpgsql as $$
    begin
      update sync_faults set ended_at = now(), updated_at = now(), next_try_at = null
       where tenant_id = old.tenant_id and ended_at is null
         and not exists (select 1 from bitrix24_connections where tenant_id = old.tenant_id);
      return null;
    end $$;
    create trigger bitrix24_connections_end_faults after delete on bitrix24_connections
      for each row execute function axenta_end_faults();

    -- the oldest change that is not applied yet
    create index sync_queue_oldest on sync_queue (tenant_id, queued_at);
  `);
}

export async function down({ context: { run } }: MigrationParams): Promise<void> {
  await run(`
    drop index sync_queue_oldest;
    drop trigger bitrix24_connections_end_faults on bitrix24_connections;
    drop function axenta_end_faults();
  `);
}
