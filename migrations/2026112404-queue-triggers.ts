import type { MigrationParams } from '../app/models/migrate.ts';

const entities = { contracts: 'contract', users: 'user', objects: 'object' };

/**
 * Fills sync_queue from every writer of the CRM tables, in the writer's own transaction: statement-level triggers, so ten
 * thousand rows in one statement are one insert. Writes of the engine itself (axenta.sync_origin = 'bitrix24') are not
 * queued, except for the objects that show a changed contract.
 */
export async function up({ context: { run } }: MigrationParams): Promise<void> {
  await run(`
    -- Tenants that have a connection and let this kind be synchronised automatically.
    create function axenta_automatic_tenants(wanted_entity text) returns table (tenant_id integer)
    language sql stable as $$
      select c.id from companies c
       where exists (select 1 from bitrix24_connections b where b.tenant_id = c.id)
         and coalesce((c.settings -> 'automatic' ->> wanted_entity)::boolean, true)
    $$;

    create function axenta_queue_local() returns trigger language plpgsql as $$
    begin
      if current_setting('axenta.sync_origin', true) is distinct from 'bitrix24' then
        insert into sync_queue as q (tenant_id, entity, side, record_id)
        select r.tenant_id, tg_argv[0], 'local', r.id
          from changed_rows r join axenta_automatic_tenants(tg_argv[0]) using (tenant_id)
         order by r.tenant_id, r.id
        on conflict (tenant_id, entity, side, record_id) do update
          set changes = q.changes + 1, due_at = least(q.due_at, excluded.due_at), priority = least(q.priority, excluded.priority);
        perform pg_notify('axenta_sync', t.tenant_id::text) from (select distinct tenant_id from changed_rows) t;
      end if;
      return null;
    end $$;

    -- A deal shows its contract's number, client and dates.
    create function axenta_queue_objects_of_contracts() returns trigger language plpgsql as $$
    begin
      insert into sync_queue as q (tenant_id, entity, side, record_id, reason)
      select o.tenant_id, 'object', 'local', o.id, 'contract'
        from changed_rows n
        join former_rows f on f.id = n.id
        join objects o on o.tenant_id = n.tenant_id and o.contract_id = n.id and o.deleted_at is null
        join axenta_automatic_tenants('object') t on t.tenant_id = n.tenant_id
       where (n.number, n.client_name, n.start_date, n.end_date, n.deleted_at)
             is distinct from (f.number, f.client_name, f.start_date, f.end_date, f.deleted_at)
       order by o.tenant_id, o.id
      on conflict (tenant_id, entity, side, record_id) do update
        set changes = q.changes + 1, due_at = least(q.due_at, excluded.due_at);
      return null;
    end $$;

    create trigger contracts_queue_objects after update on contracts
      referencing new table as changed_rows old table as former_rows
      for each statement execute function axenta_queue_objects_of_contracts();

    -- No connection left: nothing waits for it.
    create function axenta_forget_queue() returns trigger language plpgsql as $$
    begin
      delete from sync_queue where tenant_id = old.tenant_id
        and not exists (select 1 from bitrix24_connections where tenant_id = old.tenant_id);
      return null;
    end $$;
    create trigger bitrix24_connections_removed after delete on bitrix24_connections
      for each row execute function axenta_forget_queue();
  `);
  for (const [table, entity] of Object.entries(entities)) {
    for (const [event, rows] of [
      ['insert', 'new'],
      ['update', 'new'],
      ['delete', 'old'],
    ] as const) {
      await run(`
        create trigger ${table}_queue_${event} after ${event} on ${table} referencing ${rows} table as changed_rows
        for each statement execute function axenta_queue_local('${entity}')
      `);
    }
  }
}

export async function down({ context: { run } }: MigrationParams): Promise<void> {
  for (const table of Object.keys(entities)) {
    for (const event of ['insert', 'update', 'delete']) await run(`drop trigger ${table}_queue_${event} on ${table}`);
  }
  await run(`
    drop trigger contracts_queue_objects on contracts;
    drop trigger bitrix24_connections_removed on bitrix24_connections;
    drop function axenta_forget_queue();
    drop function axenta_queue_objects_of_contracts();
    drop function axenta_queue_local();
    drop function axenta_automatic_tenants(text);
  `);
}
