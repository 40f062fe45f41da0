import type { World } from './world.ts';

/** Where values stand in a database: `table: row` for each row of any table, ours or a library's, that holds one of them. */
export async function findValues(
  world: Pick<World, 'sql'>,
  values: readonly string[],
  except: readonly string[],
): Promise<string[]> {
  const tables = await world.sql<{ name: string }>(
    `select format('%I.%I', table_schema, table_name) as name from information_schema.tables
      where table_type = 'BASE TABLE' and table_schema not in ('pg_catalog', 'information_schema') order by 1`,
  );
  const found: string[] = [];
  for (const { name } of tables.filter((table) => !except.some((one) => table.name === `public.${one}`))) {
    const rows = await world.sql<{ row: string }>(`select to_jsonb(t)::text as row from ${name} t`);
    for (const { row } of rows) if (values.some((value) => row.includes(value))) found.push(`${name}: ${row}`);
  }
  return found;
}
