import type { MigrationParams } from '../app/models/migrate.ts';

/**
 * Deletions that wait for a person, what was deleted lately, and who decided. Records that a suspicion of the former guard names are
 * looked at again: the portal is asked for each, and what it really lost is deleted by the policy or held.
 */
export async function up({ context: { run } }: MigrationParams): Promise<void> {
  await run(`
    create table sync_held (
      id bigserial primary key,
      tenant_id integer not null references companies (id),
      entity varchar(20) not null,
      local_id integer not null,
      bitrix24_id varchar(100) not null,
      -- what the policy would have done: see sync/plan/plan.ts
      action varchar(20) not null check (action in ('delete_local', 'delete_remote', 'close_remote', 'create_remote')),
      -- what people know the record by
      name varchar(255),
      since timestamptz not null default now(),
      -- restored without decided_by: the record came back by itself
      state varchar(10) not null default 'held' check (state in ('held', 'confirmed', 'restored')),
      decided_by varchar(255),
      decided_at timestamptz,
      -- null while it is obeyed: a confirmed deletion is, until both records are there again
      ended_at timestamptz
    );
    create unique index sync_held_open on sync_held (tenant_id, entity, local_id, bitrix24_id) where ended_at is null;
    create index sync_held_tenant on sync_held (tenant_id, state, id desc);

    -- what a policy deleted, closed or created anew by itself within the last hour
    create table sync_removals (
      tenant_id integer not null references companies (id),
      entity varchar(20) not null,
      local_id integer not null,
      removed_at timestamptz not null default now(),
      primary key (tenant_id, entity, local_id)
    );

    -- the person who decided; null: the synchronisation did it by itself
    alter table sync_log add column actor varchar(255);

    insert into sync_queue as q (tenant_id, entity, side, record_id, reason, priority)
    select distinct on (e.tenant_id, e.local_type, named.id::bigint)
           e.tenant_id, e.local_type, 'bitrix24', named.id::bigint, 'sweep_deleted', 20
      from integration_errors e, jsonb_array_elements_text(e.request -> 'bitrix24_ids') as named (id)
     where e.code = 'mass_deletion_suspected' and e.status <> 'resolved' and e.local_type is not null
       and jsonb_typeof(e.request -> 'bitrix24_ids') = 'array'
       and exists (select 1 from bitrix24_connections b where b.tenant_id = e.tenant_id)
     order by e.tenant_id, e.local_type, named.id::bigint
    on conflict (tenant_id, entity, side, record_id) do update set changes = q.changes + 1, reason = excluded.reason;
    update integration_errors set status = 'resolved', resolved_at = now(), updated_at = now(), next_retry_at = null
     where code = 'mass_deletion_suspected' and status <> 'resolved';
  `);
}

export async function down({ context: { run } }: MigrationParams): Promise<void> {
  await run(`
    alter table sync_log drop column actor;
    drop table sync_removals, sync_held;
  `);
}
