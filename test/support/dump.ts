import pg from 'pg';

/** The rows of every table as JSON, and where each sequence stands: what `pg_dump` keeps, without needing it installed. */
export interface Dump {
  tables: { name: string; columns: string[]; rows: string }[];
  sequences: { name: string; value: string }[];
}

const schemas = `not in ('pg_catalog', 'information_schema')`;

/** Reads a database as it is at one instant, while others write to it. */
export async function dumpDatabase(url: string): Promise<Dump> {
  return withClient(url, async (client) => {
    await client.query('begin isolation level repeatable read read only');
    const { rows: tables } = await client.query<{ name: string; columns: string[] }>(
      `select format('%I.%I', t.table_schema, t.table_name) as name,
              array_agg(quote_ident(c.column_name) order by c.ordinal_position)::text[] as columns
         from information_schema.tables t join information_schema.columns c using (table_schema, table_name)
        where t.table_type = 'BASE TABLE' and t.table_schema ${schemas} and c.is_generated = 'NEVER' group by 1 order by 1`,
    );
    const dump: Dump = { tables: [], sequences: [] };
    for (const { name, columns } of tables) {
      const { rows } = await client.query<{ all: string }>(
        `select coalesce(jsonb_agg(to_jsonb(t)), '[]')::text as all from ${name} t`,
      );
      dump.tables.push({ name, columns, rows: rows[0]?.all ?? '[]' });
    }
    const { rows: sequences } = await client.query<{ name: string }>(
      `select format('%I.%I', schemaname, sequencename) as name from pg_sequences where last_value is not null`,
    );
    for (const { name } of sequences) {
      const { rows } = await client.query<{ value: string }>(`select last_value as value from ${name}`);
      dump.sequences.push({ name, value: rows[0]?.value ?? '1' });
    }
    await client.query('commit');
    return dump;
  });
}

/** Puts a dump into a database whose tables are those of the dump; what was in them goes. */
export async function restoreDatabase(url: string, { tables, sequences }: Dump): Promise<void> {
  await withClient(url, async (client) => {
    await client.query('begin');
    // As pg_restore does it: no trigger runs and no foreign key is looked at while rows come in any order.
    await client.query('set local session_replication_role = replica');
    await client.query(`truncate ${tables.map(({ name }) => name).join(', ')}`);
    for (const { name, columns, rows } of tables) {
      const list = columns.join(', ');
      await client.query(
        `insert into ${name} (${list}) overriding system value
         select ${list} from jsonb_populate_recordset(null::${name}, $1::jsonb)`,
        [rows],
      );
    }
    for (const { name, value } of sequences) await client.query('select setval($1::regclass, $2)', [name, value]);
    await client.query('commit');
  });
}

async function withClient<Value>(url: string, work: (client: pg.Client) => Promise<Value>): Promise<Value> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}
