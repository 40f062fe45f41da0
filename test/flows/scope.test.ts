import { expect } from 'chai';
import { startWorld, type Tenant, unlimited, type World } from '../support/world.ts';

const address = '/api/integration/bitrix24';
type Entity = 'object' | 'user' | 'contract';
type Values = Record<string, unknown>;

const kinds = {
  object: {
    table: 'objects',
    type: 'deal',
    name: 'name',
    title: 'TITLE',
    other: 'description',
    otherField: 'COMMENTS',
  },
  user: { table: 'users', type: 'contact', name: 'name', title: 'NAME', other: 'email', otherField: 'EMAIL' },
  contract: {
    table: 'contracts',
    type: 'company',
    name: 'client_name',
    title: 'TITLE',
    other: 'client_email',
    otherField: 'EMAIL',
  },
} as const;

/** A rule of the CRM side with columns that fit it and columns that do not. */
interface CrmCase {
  entity: Entity;
  rule: Values;
  inside: Values;
  outside: Values;
}

/** The same for the Bitrix24 side, with fields. */
interface PortalCase {
  entity: Entity;
  rule: () => Values;
  inside: () => Values;
  outside: Values;
}

describe('which records take part', () => {
  let world: World;
  let tenant: Tenant;
  let contracts: number[];
  let funnel: number;
  let nextNumber = 100;

  const call = (method: string, path: string, body?: unknown) => world.call(tenant.token, method, path, body);
  const put = async (settings: Values) => {
    const answer = await call('PUT', `${address}/settings`, settings);
    expect(answer.status, JSON.stringify(answer.body)).to.equal(200);
    await world.settled();
  };
  async function insert(entity: Entity, values: Values): Promise<number> {
    const own = entity === 'contract' ? { number: `Д-${nextNumber++}`, ...values } : values;
    const all = Object.entries({ tenant_id: tenant.id, ...own });
    const [row] = await world.sql<{ id: number }>(
      `insert into ${kinds[entity].table} (${all.map(([name]) => name).join(', ')})
       values (${all.map((_, index) => `$${index + 1}`).join(', ')}) returning id`,
      all.map(([, value]) => value),
    );
    return row?.id ?? 0;
  }
  const update = (entity: Entity, id: number, values: Values) =>
    world.sql(
      `update ${kinds[entity].table} set ${Object.keys(values)
        .map((name, index) => `${name} = $${index + 2}`)
        .join(', ')} where id = $1`,
      [id, ...Object.values(values)],
    );
  const read = async (entity: Entity, id: number): Promise<Values> =>
    (await world.sql<Values>(`select * from ${kinds[entity].table} where id = $1`, [id]))[0] ?? {};
  async function mapping(entity: Entity, localId: number): Promise<{ state: string; excluded: string | null } | null> {
    const rows = await world.sql<{ state: string; excluded: string | null }>(
      'select state, excluded from bitrix24_sync_mappings where local_type = $1 and local_id = $2',
      [entity, localId],
    );
    return rows[0] ?? null;
  }
  const records = (entity: Entity) => world.portal.records(kinds[entity].type);
  const writes = () => world.portal.journal.calls({ write: true }).map(({ method }) => method);

  before(async () => {
    world = await startWorld(unlimited);
    tenant = await world.addTenant();
    funnel = world.portal.store.funnels.add('Сервис');
    await world.connectWithEvents(tenant);
    contracts = [];
    for (const [number, client_name, client_inn] of [
      ['Д-1', 'ООО Ромашка', '7701234567'],
      ['Д-2', 'ООО Василёк', '7802345678'],
    ])
      contracts.push(await insert('contract', { number, client_name, client_inn }));
    await world.settled();
  });
  after(() => world.stop());
  afterEach(async () => {
    // A rule that is gone takes everything in again.
    for (const { table, name } of Object.values(kinds)) {
      await world.sql(`delete from ${table} where ${name} in ('Снаружи', 'Внутри', 'Портал')`);
    }
    await put({});
  });

  const crmCases: CrmCase[] = [
    { entity: 'object', rule: { types: ['truck'] }, inside: { type: 'truck' }, outside: { type: 'car' } },
    { entity: 'object', rule: { statuses: ['active'] }, inside: { status: 'active' }, outside: { status: 'archived' } },
    { entity: 'object', rule: { contract_ids: [1] }, inside: { contract_id: 1 }, outside: { contract_id: null } },
    { entity: 'object', rule: { clients: ['ООО Ромашка'] }, inside: { contract_id: 1 }, outside: { contract_id: 2 } },
    { entity: 'object', rule: { clients: ['7802345678'] }, inside: { contract_id: 2 }, outside: { contract_id: 1 } },
    { entity: 'user', rule: { roles: ['driver'] }, inside: { role: 'driver' }, outside: { role: 'admin' } },
    { entity: 'user', rule: { is_active: true }, inside: { is_active: true }, outside: { is_active: false } },
    { entity: 'contract', rule: { statuses: ['signed'] }, inside: { status: 'signed' }, outside: { status: 'draft' } },
    {
      entity: 'contract',
      rule: { start_date: { from: '2026-01-01', to: '2026-12-31' } },
      inside: { start_date: '2026-12-31' },
      outside: { start_date: '2025-12-31' },
    },
    {
      entity: 'contract',
      rule: { end_date: { from: '2026-01-01' } },
      inside: { end_date: '2026-01-01' },
      outside: { end_date: null },
    },
  ];
  for (const { entity, rule, inside, outside } of crmCases) {
    const { name, title, other } = kinds[entity];
    it(`${entity} by ${JSON.stringify(rule)}: only those inside are made in the portal; one that leaves rests and comes back`, async () => {
      await put({ scope: { [entity]: { crm: rule } } });
      world.portal.journal.clear();
      const count = records(entity).list().length;
      const [taken, left] = [
        await insert(entity, { [name]: 'Внутри', ...inside }),
        await insert(entity, { [name]: 'Снаружи', ...outside }),
      ];
      await world.settled();
      expect(records(entity).list().length - count, 'made').to.equal(1);
      expect(await mapping(entity, left)).to.equal(null);
      expect(await mapping(entity, taken)).to.deep.equal({ state: 'linked', excluded: null });

      const remote = await world.remoteOf(tenant, entity, taken);
      world.portal.journal.clear();
      await update(entity, taken, { ...outside, [other]: 'new@mail.example' });
      records(entity).update(Number(remote.ID), { [title]: 'Портал' });
      await world.settled();
      expect(writes(), 'writes while outside').to.deep.equal([]);
      expect((await read(entity, taken))[name], 'the CRM row').to.equal('Внутри');
      expect(await mapping(entity, taken)).to.deep.equal({ state: 'linked', excluded: `crm.${Object.keys(rule)[0]}` });

      await update(entity, taken, inside);
      await world.settled();
      expect(await mapping(entity, taken)).to.deep.equal({ state: 'linked', excluded: null });
      expect((await read(entity, taken))[name]).to.equal('Портал');
      expect(JSON.stringify(await world.remoteOf(tenant, entity, taken))).to.include('new@mail.example');
    });
  }

  const portalCases: PortalCase[] = [
    {
      entity: 'object',
      rule: () => ({ categories: [funnel] }),
      inside: () => ({ CATEGORY_ID: funnel }),
      outside: { CATEGORY_ID: 0 },
    },
    {
      entity: 'object',
      rule: () => ({ stages: ['EXECUTING'] }),
      inside: () => ({ STAGE_ID: 'EXECUTING' }),
      outside: { STAGE_ID: 'NEW' },
    },
    {
      entity: 'object',
      rule: () => ({ responsible: [7] }),
      inside: () => ({ ASSIGNED_BY_ID: 7 }),
      outside: { ASSIGNED_BY_ID: 1 },
    },
    {
      entity: 'object',
      rule: () => ({ sources: ['WEB', 'CALL'] }),
      inside: () => ({ SOURCE_ID: 'CALL' }),
      outside: { SOURCE_ID: 'EMAIL' },
    },
    {
      entity: 'user',
      rule: () => ({ types: ['CLIENT'] }),
      inside: () => ({ TYPE_ID: 'CLIENT' }),
      outside: { TYPE_ID: 'PARTNER' },
    },
    {
      entity: 'user',
      rule: () => ({ responsible: [7] }),
      inside: () => ({ ASSIGNED_BY_ID: 7 }),
      outside: { ASSIGNED_BY_ID: 1 },
    },
    {
      entity: 'contract',
      rule: () => ({ types: ['CUSTOMER'] }),
      inside: () => ({ COMPANY_TYPE: 'CUSTOMER' }),
      outside: { COMPANY_TYPE: null },
    },
    {
      entity: 'contract',
      rule: () => ({ responsible: [1, 7] }),
      inside: () => ({ ASSIGNED_BY_ID: 1 }),
      outside: { ASSIGNED_BY_ID: 9 },
    },
  ];
  for (const [index, { entity, rule, inside, outside }] of portalCases.entries()) {
    const { table, name, title, other } = kinds[entity];
    it(`${kinds[entity].type} by ${Object.keys(rule())[0]}: only those inside are imported; one that leaves rests and comes back`, async () => {
      await put({ scope: { [entity]: { bitrix24: rule() } }, import_new: { [entity]: true } });
      const [mine, strange] = [`Своя ${index}`, `Чужая ${index}`];
      const taken = records(entity).create({ [title]: mine, ...inside() });
      records(entity).create({ [title]: strange, ...outside });
      await world.settled();
      const [row] = await world.sql<{ id: number }>(`select id from ${table} where ${name} like $1`, [`%${mine}%`]);
      expect(row, 'imported').to.not.equal(undefined);
      expect(await world.sql(`select id from ${table} where ${name} like $1`, [`%${strange}%`])).to.deep.equal([]);
      const id = row?.id ?? 0;

      world.portal.journal.clear();
      records(entity).update(Number(taken.ID), { ...outside, [title]: `Другая ${index}` });
      await world.settled();
      await update(entity, id, { [other]: 'new@mail.example' });
      await world.settled();
      expect(writes(), 'writes while outside').to.deep.equal([]);
      expect((await read(entity, id))[name]).to.equal(mine);
      expect(await mapping(entity, id)).to.deep.equal({
        state: 'linked',
        excluded: `bitrix24.${Object.keys(rule())[0]}`,
      });

      records(entity).update(Number(taken.ID), inside());
      await world.settled();
      expect(await mapping(entity, id)).to.deep.equal({ state: 'linked', excluded: null });
      expect((await read(entity, id))[name]).to.equal(`Другая ${index}`);
      expect(JSON.stringify(records(entity).get(Number(taken.ID)))).to.include('new@mail.example');
    });
  }
});
