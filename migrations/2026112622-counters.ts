import type { MigrationParams } from '../app/models/migrate.ts';

/** What was decided about a pair changes neither side, and is not counted. */
const decisions = `('hold', 'hold_ended', 'confirm', 'stay_closed')`;

/** Counts that the statistics show, kept by the statements that change them: a large tenant's tables are too long to be counted each time. */
export async function up({ context: { run } }: MigrationParams): Promise<void> {
  await run(`
    create table sync_mapping_counts (
      tenant_id integer not null references companies (id),
      local_type varchar(50) not null,
      mappings integer not null default 0,
      last_sync_at timestamptz,
      primary key (tenant_id, local_type)
    );
    insert into sync_mapping_counts (tenant_id, local_type, mappings, last_sync_at)
    select tenant_id, local_type, count(*), max(last_sync_at) from bitrix24_sync_mappings group by 1, 2;

    create function axenta_count_mappings() returns trigger language plpgsql security definer set search_path from current as $$
    begin
      insert into sync_mapping_counts as c (tenant_id, local_type, mappings, last_sync_at)
      select tenant_id, local_type, count(*) * tg_argv[0]::integer, max(last_sync_at) from changed_rows group by 1, 2 order by 1, 2
      on conflict (tenant_id, local_type) do update
        set mappings = c.mappings + excluded.mappings,
            last_sync_at = case when tg_argv[0] <> '-1' then greatest(c.last_sync_at, excluded.last_sync_at) else c.last_sync_at end;
      return null;
    end $$;
    create trigger mappings_counted_insert after insert on bitrix24_sync_mappings referencing new table as changed_rows
      for each statement execute function axenta_count_mappings('1');
    create trigger mappings_counted_update after update on bitrix24_sync_mappings referencing new table as changed_rows
      for each statement execute function axenta_count_mappings('0');
    create trigger mappings_counted_delete after delete on bitrix24_sync_mappings referencing old table as changed_rows
      for each statement execute function axenta_count_mappings('-1');

    create function axenta_forget_mapping_counts() returns trigger language plpgsql security definer set search_path from current as $$
    begin
      delete from sync_mapping_counts;
      return null;
    end $$;
    create trigger mappings_counted_truncate after truncate on bitrix24_sync_mappings
      for each statement execute function axenta_forget_mapping_counts();

    create table sync_log_hours (
      tenant_id integer not null references companies (id),
      hour timestamptz not null,
      entity varchar(20) not null,
      direction varchar(20) not null,
      applied integer not null default 0,
      primary key (tenant_id, hour, entity, direction)
    );
    -- what is shown reaches back 30 days
    insert into sync_log_hours (tenant_id, hour, entity, direction, applied)
    select tenant_id, date_trunc('hour', created_at, 'UTC'), entity, direction, count(*) from sync_log
     where created_at > now() - interval '31 days' and operation not in ${decisions} group by 1, 2, 3, 4;

    create function axenta_count_log() returns trigger language plpgsql security definer set search_path from current as $$
    begin
      insert into sync_log_hours as h (tenant_id, hour, entity, direction, applied)
      select tenant_id, date_trunc('hour', created_at, 'UTC'), entity, direction, count(*) from changed_rows
       where operation not in ${decisions}
       group by 1, 2, 3, 4 order by 1, 2, 3, 4
      on conflict (tenant_id, hour, entity, direction) do update set applied = h.applied + excluded.applied;
      return null;
    end $$;
    create trigger sync_log_counted after insert on sync_log referencing new table as changed_rows
      for each statement execute function axenta_count_log();
  `);
}

export async function down({ context: { run } }: MigrationParams): Promise<void> {
  await run(`
    drop trigger sync_log_counted on sync_log;
    drop function axenta_count_log();
    drop table sync_log_hours;
    drop trigger mappings_counted_truncate on bitrix24_sync_mappings;
    drop trigger mappings_counted_delete on bitrix24_sync_mappings;
    drop trigger mappings_counted_update on bitrix24_sync_mappings;
    drop trigger mappings_counted_insert on bitrix24_sync_mappings;
    drop function axenta_forget_mapping_counts();
    drop function axenta_count_mappings();
    drop table sync_mapping_counts;
  `);
}
