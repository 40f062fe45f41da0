import type { MigrationParams } from '../app/models/migrate.ts';

const columns = (row: string, names: readonly string[]) => `(${names.map((name) => `${row}.${name}`).join(', ')})`;

const shown = ['number', 'client_name', 'start_date', 'end_date', 'deleted_at', 'total_amount', 'currency'];
const withInn = [...shown, 'client_inn'];

/** Replaces the columns whose change the objects of a contract are looked at for. */
const compare = (former: readonly string[], next: readonly string[]) => `
  do $rewrite$
  declare
    former text := pg_get_functiondef('axenta_queue_objects_of_contracts'::regproc);
    changed text := replace(replace(former, '${columns('n', former)}', '${columns('n', next)}'),
      '${columns('f', former)}', '${columns('f', next)}');
  begin
    if changed = former then
      raise exception 'The function axenta_queue_objects_of_contracts does not compare contracts as expected';
    end if;
    execute changed;
  end $rewrite$`;

/**
 * Which records take part. `excluded`: the rule by which a pair rests; `scope_facts`: what the portal's record had in the fields that rules
 * ask for when it was last read, null when that is not known. Objects may be chosen by their contract's client, by INN too.
 */
export async function up({ context: { run } }: MigrationParams): Promise<void> {
  await run(`
    alter table bitrix24_sync_mappings add column excluded varchar(60), add column scope_facts jsonb;
    create index sync_mappings_excluded on bitrix24_sync_mappings (tenant_id, local_type) where excluded is not null;
    alter table sync_runs add column excluded integer not null default 0;
  `);
  await run(compare(shown, withInn));
}

export async function down({ context: { run } }: MigrationParams): Promise<void> {
  await run(compare(withInn, shown));
  await run(`
    alter table sync_runs drop column excluded;
    drop index sync_mappings_excluded;
    alter table bitrix24_sync_mappings drop column excluded, drop column scope_facts
  `);
}
