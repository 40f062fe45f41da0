import type { MigrationParams } from '../app/models/migrate.ts';

const columns = (row: string, names: readonly string[]) => `(${names.map((name) => `${row}.${name}`).join(', ')})`;

const shown = ['number', 'client_name', 'start_date', 'end_date', 'deleted_at'];
const withAmount = [...shown, 'total_amount', 'currency'];

/** Replaces the columns whose change the deals of a contract are looked at for. */
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

/** A deal can show its contract's amount and currency: their change is a reason to look at it. */
export async function up({ context: { run } }: MigrationParams): Promise<void> {
  await run(compare(shown, withAmount));
}

export async function down({ context: { run } }: MigrationParams): Promise<void> {
  await run(compare(withAmount, shown));
}
