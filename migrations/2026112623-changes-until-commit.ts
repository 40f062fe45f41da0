import type { MigrationParams } from '../app/models/migrate.ts';

const entities = { contracts: 'contract', users: 'user', objects: 'object' };

/** A setting that is not exactly false lets the kind be synchronised: rubbish counts as the default, and fails no writer. */
const isWanted = (tenant: string, entity: string) => `
  exists (select 1 from bitrix24_connections b where b.tenant_id = ${tenant})
  and (select s.settings -> 'automatic' -> ${entity} from companies s where s.id = ${tenant}) is distinct from 'false'::jsonb`;

/** A statement of many rows gives way to a single edit. */
const priorityOf = (rows: string) => `case when ${rows} > 20 then 15 else 10 end`;

/** The functions run as their owner: a writer needs no rights on our tables. */
const trigger = (name: string, settings = '') =>
  `create or replace function ${name}() returns trigger language plpgsql security definer set search_path from current ${settings}`;

/**
 * What a writer changes is noted in rows of its own and reaches the queue as it commits. Until then it holds no row of the queue, however
 * long its transaction stays open, and nothing that works on the queue waits for it. One statement moves everything, in the order of the
 * queue's key, so that two writers never wait for each other crosswise. A record that leaves its tenant, and a table that is emptied,
 * are seen as deletions.
 */
export async function up({ context: { run } }: MigrationParams): Promise<void> {
  await run(`
    -- Filled by open transactions only, so nothing of it has to outlive a crash.
    create unlogged table sync_changes (
      xid xid8 not null default pg_current_xact_id(),
      tenant_id integer not null,
      entity varchar(20) not null,
      reason varchar(30) not null,
      priority smallint not null,
      record_ids integer[] not null
    ) with (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 5000);
    create index sync_changes_transaction on sync_changes (xid);

    create or replace function axenta_automatic_tenants(wanted_entity text) returns table (tenant_id integer)
    language sql stable as $$
      select c.id from companies c where ${isWanted('c.id', 'wanted_entity')}
    $$;

    -- A plan that was made while the table was short would read all of it later.
    ${trigger('axenta_flush_changes', 'set enable_seqscan = off')} as $$
    declare
      told bigint;
    begin
      -- The first row of the transaction moves them all. The mark is set before a row is noted: constraints may be immediate.
      if current_setting('axenta.changes', true) is distinct from 'pending' then
        return null;
      end if;
      perform set_config('axenta.changes', '', true);
      with moved as (
        delete from sync_changes where xid = pg_current_xact_id() returning tenant_id, entity, reason, priority, record_ids),
      added as (
        insert into sync_queue as q (tenant_id, entity, side, record_id, reason, priority)
        select m.tenant_id, m.entity, 'local', record_id, min(m.reason), min(m.priority)
          from moved m cross join unnest(m.record_ids) as record_id
         where exists (select 1 from bitrix24_connections b where b.tenant_id = m.tenant_id)
         group by m.tenant_id, m.entity, record_id order by m.tenant_id, m.entity, record_id
        on conflict (tenant_id, entity, side, record_id) do update
          set changes = q.changes + 1, due_at = least(q.due_at, excluded.due_at), priority = least(q.priority, excluded.priority)
        returning tenant_id)
      -- a tenant that has something due has been woken already
      select count(pg_notify('axenta_sync', tenant_id::text)) into told from (select distinct tenant_id from added) t
       where not exists (select 1 from sync_queue q where q.tenant_id = t.tenant_id and q.due_at <= now());
      return null;
    end $$;
    create constraint trigger sync_changes_flushed after insert on sync_changes deferrable initially deferred
      for each row execute function axenta_flush_changes();

    ${trigger('axenta_queue_local')} as $$
    begin
      if current_setting('axenta.sync_origin', true) is distinct from 'bitrix24' then
        perform set_config('axenta.changes', 'pending', true);
        insert into sync_changes (tenant_id, entity, reason, priority, record_ids)
        select r.tenant_id, tg_argv[0], 'changed', ${priorityOf('r.total')}, r.ids
          from (select tenant_id, array_agg(id) as ids, sum(count(*)) over () as total from changed_rows group by tenant_id) r
         where ${isWanted('r.tenant_id', 'tg_argv[0]')};
      end if;
      return null;
    end $$;

    -- A deal shows its contract's number, client and dates.
    ${trigger('axenta_queue_objects_of_contracts')} as $$
    begin
      perform set_config('axenta.changes', 'pending', true);
      insert into sync_changes (tenant_id, entity, reason, priority, record_ids)
      select r.tenant_id, 'object', 'contract', ${priorityOf('cardinality(r.ids)')}, r.ids
        from (select o.tenant_id, array_agg(o.id) as ids
                from changed_rows n
                join former_rows f on f.id = n.id
                join objects o on o.tenant_id = n.tenant_id and o.contract_id = n.id and o.deleted_at is null
               where (n.number, n.client_name, n.start_date, n.end_date, n.deleted_at)
                     is distinct from (f.number, f.client_name, f.start_date, f.end_date, f.deleted_at)
               group by o.tenant_id) r
       where ${isWanted('r.tenant_id', `'object'`)};
      return null;
    end $$;

    -- The record is no longer what the former tenant's mapping speaks of.
    ${trigger('axenta_queue_moved')} as $$
    begin
      perform set_config('axenta.changes', 'pending', true);
      insert into sync_changes (tenant_id, entity, reason, priority, record_ids)
      select old.tenant_id, tg_argv[0], 'moved', 10, array[old.id] where ${isWanted('old.tenant_id', 'tg_argv[0]')};
      return null;
    end $$;

    ${trigger('axenta_queue_truncated')} as $$
    begin
      perform set_config('axenta.changes', 'pending', true);
      insert into sync_changes (tenant_id, entity, reason, priority, record_ids)
      select r.tenant_id, tg_argv[0], 'truncated', 15, r.ids
        from (select tenant_id, array_agg(local_id) as ids from bitrix24_sync_mappings
               where local_type = tg_argv[0] and state = 'linked' group by tenant_id) r
       where ${isWanted('r.tenant_id', 'tg_argv[0]')};
      return null;
    end $$;
  `);
  for (const [table, entity] of Object.entries(entities)) {
    await run(`
      create trigger ${table}_queue_moved after update on ${table} for each row
        when ((old.tenant_id, old.id) is distinct from (new.tenant_id, new.id)) execute function axenta_queue_moved('${entity}');
      create trigger ${table}_queue_truncate after truncate on ${table}
        for each statement execute function axenta_queue_truncated('${entity}')
    `);
  }
}

/** The functions as the migration of the queue's triggers made them. */
export async function down({ context: { run } }: MigrationParams): Promise<void> {
  for (const table of Object.keys(entities)) {
    await run(`drop trigger ${table}_queue_moved on ${table}; drop trigger ${table}_queue_truncate on ${table}`);
  }
  await run(`
    drop function axenta_queue_moved();
    drop function axenta_queue_truncated();

    create or replace function axenta_automatic_tenants(wanted_entity text) returns table (tenant_id integer)
    language sql stable as $$
      select c.id from companies c
       where exists (select 1 from bitrix24_connections b where b.tenant_id = c.id)
         and coalesce((c.settings -> 'automatic' ->> wanted_entity)::boolean, true)
    $$;

    create or replace function axenta_queue_local() returns trigger language plpgsql as $$
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

    create or replace function axenta_queue_objects_of_contracts() returns trigger language plpgsql as $$
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

    drop table sync_changes;
    drop function axenta_flush_changes();
  `);
}
