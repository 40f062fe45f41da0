import type { Random } from './random.ts';
import type { Ledger } from './soak-typed.ts';
import type { Marked, Words } from './soak-words.ts';
import type { SoakTenant, SoakWorld } from './soak-world.ts';

interface Column {
  table: 'objects' | 'users' | 'contracts';
  name: string;
  type(): Marked;
  /** It can be emptied. */
  isOptional: boolean;
}

/** What users of the CRM and its programs write. */
export function makeOurEdits(world: SoakWorld, random: Random, { ledger, words }: { ledger: Ledger; words: Words }) {
  const { sql } = world;

  const columns: readonly Column[] = [
    { table: 'objects', name: 'name', type: () => words.text(), isOptional: false },
    { table: 'objects', name: 'description', type: () => words.description(), isOptional: true },
    { table: 'objects', name: 'serial_number', type: () => words.text(1), isOptional: true },
    { table: 'users', name: 'name', type: () => words.name(), isOptional: false },
    { table: 'users', name: 'phone', type: () => words.phone(), isOptional: true },
    { table: 'users', name: 'email', type: () => words.email(), isOptional: true },
    { table: 'contracts', name: 'client_name', type: () => words.text(), isOptional: false },
    { table: 'contracts', name: 'client_phone', type: () => words.phone(), isOptional: true },
    { table: 'contracts', name: 'client_email', type: () => words.email(), isOptional: true },
    { table: 'contracts', name: 'number', type: () => words.contractNumber(), isOptional: false },
  ];

  /** One value of one record, in place of what the user sees there. */
  async function change(tenant: SoakTenant, { table, name, type, isOptional }: Column): Promise<void> {
    const { value, mark } = type();
    const isEmptied = isOptional && random.once(5);
    const [row] = await sql<{ id: number; saw: string | null }>(
      `with seen as (
         select id, ${name} as saw from ${table} where id =
           (select id from ${table} where tenant_id = $1 and deleted_at is null order by random() limit 1) for update)
       update ${table} r set ${name} = $2 from seen where r.id = seen.id returning r.id, seen.saw`,
      [tenant.id, isEmptied ? null : value],
    );
    if (!row) return;
    const record = `${table} ${row.id}`;
    if (isEmptied) ledger.replaced(row.saw, `${record}.${name} was emptied`);
    else ledger.typed({ side: 'ours', record, field: name, value, mark, saw: row.saw });
  }

  async function insert(tenant: SoakTenant, table: Column['table'], given: Record<string, Marked>): Promise<void> {
    const names = Object.keys(given);
    const [row] = await sql<{ id: number }>(
      `insert into ${table} (tenant_id, ${names.join(', ')}) values ($1, ${names.map((_, n) => `$${n + 2}`).join(', ')})
       returning id`,
      [tenant.id, ...Object.values(given).map(({ value }) => value)],
    );
    for (const [field, marked] of Object.entries(given))
      ledger.typed({ side: 'ours', record: `${table} ${row?.id}`, field, ...marked });
  }

  const clients = new Map<number, Marked[]>();

  /** Some clients make several contracts: one of them has the client's taxpayer number already. */
  function inn(tenant: SoakTenant): Marked {
    const known = clients.get(tenant.id) ?? [];
    if (known.length > 0 && random.once(3)) return random.pick(known);
    const next = words.inn();
    clients.set(tenant.id, [...known, next]);
    return next;
  }

  const inserts: ((tenant: SoakTenant) => Promise<void>)[] = [
    (tenant) => insert(tenant, 'objects', { name: words.text(), description: words.description() }),
    (tenant) => insert(tenant, 'users', { name: words.name(), email: words.email(), phone: words.phone() }),
    (tenant) =>
      insert(tenant, 'contracts', {
        number: words.contractNumber(),
        client_name: words.text(),
        client_phone: words.phone(),
        ...(random.once(2) && { client_inn: inn(tenant) }),
      }),
  ];

  const anyOf = (table: string) =>
    `(select id from ${table} where tenant_id = $1 and deleted_at is null order by random() limit 1)`;

  const others: ((tenant: SoakTenant) => Promise<unknown>)[] = [
    (tenant) =>
      sql(`update objects set contract_id = ${anyOf('contracts')} where id = ${anyOf('objects')}`, [tenant.id]),
    (tenant) =>
      sql(
        `update contracts set start_date = current_date - (random() * 90)::int, end_date = current_date + (random() * 90)::int
          where id = ${anyOf('contracts')}`,
        [tenant.id],
      ),
    // A whole fleet in one statement.
    (tenant) =>
      sql(`update objects set imei = lpad((random() * 1e15)::bigint::text, 15, '0') where tenant_id = $1`, [tenant.id]),
  ];

  return {
    inserts,
    async one(): Promise<void> {
      const tenant = random.pick(world.tenants);
      if (random.once(6)) await random.pick(inserts)(tenant);
      else if (random.once(4)) await random.pick(others)(tenant);
      else await change(tenant, random.pick(columns));
    },
  };
}
