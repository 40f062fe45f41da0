import { joinComments, splitComments } from '../../app/field-maps/comments.ts';
import { nothingRemembered } from '../../app/field-maps/types.ts';
import type { Random } from './random.ts';
import type { SoakTenant, SoakWorld } from './soak-world.ts';

const words = ['Камаз', 'Volvo', '«Ёж»', 'a#b&c?d', '100%', '+7', '🚚', "О'Нил", '$result[k0000]', '[b]', '1/2', 'Ш'];

/** Edits that people and programs make on both sides, in no order. */
export function makeEdits(world: SoakWorld, random: Random) {
  const { sql } = world;
  const name = (length = 2) => Array.from({ length }, () => random.pick(words)).join(' ');
  const phone = () => `+7999${String(1_000_000 + random.integer(9_000_000))}`;
  const email = () => `user${random.integer(1_000_000)}@example.com`;

  async function anyId(table: string, tenant: SoakTenant): Promise<number | null> {
    const [row] = await sql<{ id: number }>(
      `select id from ${table} where tenant_id = $1 and deleted_at is null order by random() limit 1`,
      [tenant.id],
    );
    return row?.id ?? null;
  }

  function anyRecord(kind: 'deal' | 'contact' | 'company') {
    const portal = random.pick(world.portals);
    const records = portal.store.all(kind);
    return records.length > 0 ? { portal, ...random.pick(records) } : null;
  }

  const inserts: ((tenant: SoakTenant) => Promise<unknown>)[] = [
    ({ id }) => sql('insert into objects (tenant_id, name, description) values ($1, $2, $3)', [id, name(), name(3)]),
    ({ id }) =>
      sql('insert into users (tenant_id, name, email, phone) values ($1, $2, $3, $4)', [id, name(), email(), phone()]),
    ({ id }) =>
      sql('insert into contracts (tenant_id, number, client_name, client_phone) values ($1, $2, $3, $4)', [
        id,
        `№ ${random.integer(1e9)}`,
        name(),
        phone(),
      ]),
  ];

  const ours: ((tenant: SoakTenant) => Promise<unknown>)[] = [
    async (tenant) => sql('update objects set name = $2 where id = $1', [await anyId('objects', tenant), name()]),
    async (tenant) =>
      sql('update objects set description = $2 where id = $1', [
        await anyId('objects', tenant),
        random.once(4) ? null : name(3),
      ]),
    async (tenant) =>
      sql('update objects set contract_id = $2 where id = $1', [
        await anyId('objects', tenant),
        await anyId('contracts', tenant),
      ]),
    async (tenant) => sql('update users set name = $2 where id = $1', [await anyId('users', tenant), name()]),
    async (tenant) =>
      sql('update users set phone = $2 where id = $1', [await anyId('users', tenant), random.once(4) ? null : phone()]),
    async (tenant) =>
      sql('update contracts set client_name = $2 where id = $1', [await anyId('contracts', tenant), name()]),
    // A whole fleet in one statement.
    (tenant) =>
      sql(`update objects set imei = lpad((random() * 1e15)::bigint::text, 15, '0') where tenant_id = $1`, [tenant.id]),
  ];

  const theirs: (() => unknown)[] = [
    () => change('deal', { TITLE: name() }),
    // A note of a manager, above what is ours.
    () => note(),
    () => change('deal', { STAGE_ID: random.pick(['NEW', 'PREPARATION', 'EXECUTING']) }),
    () => change('contact', { NAME: random.pick(words), LAST_NAME: random.pick(words) }),
    () => change('contact', { PHONE: [{ VALUE: phone(), VALUE_TYPE: 'HOME' }] }),
    () => change('company', { TITLE: name() }),
    // A record of the people there, which stays there.
    () => random.pick(world.portals).records('deal').create({ TITLE: name() }),
  ];

  function change(kind: 'deal' | 'contact' | 'company', fields: Record<string, unknown>): void {
    const record = anyRecord(kind);
    if (record) record.portal.records(kind).update(record.id, fields);
  }

  function note(): void {
    const record = anyRecord('deal');
    if (!record) return;
    const { portal } = record;
    const { below } = splitComments(portal.records('deal').get(record.id).COMMENTS, nothingRemembered);
    portal.records('deal').update(record.id, { COMMENTS: joinComments({ above: name(3), below: below.join('\n') }) });
  }

  return {
    async one(): Promise<void> {
      if (random.once(2)) theirs[random.integer(theirs.length)]?.();
      else await random.pick(random.once(6) ? inserts : ours)(random.pick(world.tenants));
    },
    async insertSome(count: number): Promise<void> {
      for (let n = 0; n < count; n++)
        for (const tenant of world.tenants) for (const insert of inserts) await insert(tenant);
    },
  };
}
