import type { MigrationParams } from '../app/models/migrate.ts';

const isWanted = `
  exists (select 1 from bitrix24_connections b where b.tenant_id = r.tenant_id)
  and (select s.settings -> 'automatic' -> 'object' from companies s where s.id = r.tenant_id) is distinct from 'false'::jsonb`;

/** Objects may be chosen by their contract's client, by INN too. */
const objectsOfContracts = (columns: readonly string[]) => {
  const of = (row: string) => columns.map((column) => `${row}.${column}`).join(', ');
  return `
    create or replace function axenta_queue_objects_of_contracts() returns trigger language plpgsql security definer
    set search_path from current as $$
    begin
      perform set_config('axenta.changes', 'pending', true);
      insert into sync_changes (tenant_id, entity, reason, priority, record_ids)
      select r.tenant_id, 'object', 'contract', case when cardinality(r.ids) > 20 then 15 else 10 end, r.ids
        from (select o.tenant_id, array_agg(o.id) as ids
                from changed_rows n
                join former_rows f on f.id = n.id
                join objects o on o.tenant_id = n.tenant_id and o.contract_id = n.id and o.deleted_at is null
               where (${of('n')}) is distinct from (${of('f')})
               group by o.tenant_id) r
       where ${isWanted};
      return null;
    end $$`;
};

const shown = ['number', 'client_name', 'start_date', 'end_date', 'deleted_at'];

/**
 * Which records take part. `excluded`: the rule by which a pair rests; `scope_facts`: what the portal's record had in the fields that rules
 * ask for when it was last read, null when that is not known.
 */
export async function up({ context: { run } }: MigrationParams): Promise<void> {
  await run(`
    alter table bitrix24_sync_mappings add column excluded varchar(60), add column scope_facts jsonb;
    create index sync_mappings_excluded on bitrix24_sync_mappings (tenant_id, local_type) where excluded is not null;
    alter table sync_runs add column excluded integer not null default 0;
    ${objectsOfContracts([...shown, 'client_inn'])}
  `);
}

export async function down({ context: { run } }: MigrationParams): Promise<void> {
  await run(`
    ${objectsOfContracts(shown)};
    alter table sync_runs drop column excluded;
    drop index sync_mappings_excluded;
    alter table bitrix24_sync_mappings drop column excluded, drop column scope_facts
  `);
}
