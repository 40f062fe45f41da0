import { expect } from 'chai';
import { type Entity, kinds, type Scoping, serviceFunnel, startScoping, type Values } from '../support/scoping.ts';

/** A rule of one side with columns, or fields, that fit it and others that do not. */
interface ScopeCase {
  entity: Entity;
  rule: Values;
  inside: Values;
  outside: Values;
}

describe('which records take part', () => {
  let story: Scoping;

  before(async () => {
    story = await startScoping();
    const clients = [
      { number: 'Д-1', client_name: 'ООО Ромашка', client_inn: '7701234567' },
      { number: 'Д-2', client_name: 'ООО Василёк', client_inn: '7802345678' },
    ];
    for (const client of clients) await story.insert('contract', client);
    await story.world.settled();
  });
  after(() => story.world.stop());
  afterEach(async () => {
    // A rule that is gone takes everything in again.
    for (const { table, name } of Object.values(kinds)) {
      await story.world.sql(`delete from ${table} where ${name} in ('Снаружи', 'Внутри', 'Портал')`);
    }
    await story.put({});
  });

  const crmCases: ScopeCase[] = [
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
      await story.put({ scope: { [entity]: { crm: rule } } });
      story.world.portal.journal.clear();
      const count = story.records(entity).list().length;
      const [taken, left] = [
        await story.insert(entity, { [name]: 'Внутри', ...inside }),
        await story.insert(entity, { [name]: 'Снаружи', ...outside }),
      ];
      await story.world.settled();
      expect(story.records(entity).list().length - count, 'made').to.equal(1);
      expect(await story.mapping(entity, left)).to.equal(null);
      expect(await story.mapping(entity, taken)).to.deep.equal({ state: 'linked', excluded: null });

      const remote = await story.world.remoteOf(story.tenant, entity, taken);
      story.world.portal.journal.clear();
      await story.update(entity, taken, { ...outside, [other]: 'new@mail.example' });
      story.records(entity).update(Number(remote.ID), { [title]: 'Портал' });
      await story.world.settled();
      expect(story.writes(), 'writes while outside').to.deep.equal([]);
      expect((await story.read(entity, taken))[name], 'the CRM row').to.equal('Внутри');
      expect(await story.mapping(entity, taken)).to.deep.equal({
        state: 'linked',
        excluded: `crm.${Object.keys(rule)[0]}`,
      });

      await story.update(entity, taken, inside);
      await story.world.settled();
      expect(await story.mapping(entity, taken)).to.deep.equal({ state: 'linked', excluded: null });
      expect((await story.read(entity, taken))[name]).to.equal('Портал');
      expect(JSON.stringify(await story.world.remoteOf(story.tenant, entity, taken))).to.include('new@mail.example');
    });
  }

  const portalCases: ScopeCase[] = [
    {
      entity: 'object',
      rule: { categories: [serviceFunnel] },
      inside: { CATEGORY_ID: serviceFunnel },
      outside: { CATEGORY_ID: 0 },
    },
    {
      entity: 'object',
      rule: { stages: ['EXECUTING'] },
      inside: { STAGE_ID: 'EXECUTING' },
      outside: { STAGE_ID: 'NEW' },
    },
    {
      entity: 'object',
      rule: { responsible: [7] },
      inside: { ASSIGNED_BY_ID: 7 },
      outside: { ASSIGNED_BY_ID: 1 },
    },
    {
      entity: 'object',
      rule: { sources: ['WEB', 'CALL'] },
      inside: { SOURCE_ID: 'CALL' },
      outside: { SOURCE_ID: 'EMAIL' },
    },
    {
      entity: 'user',
      rule: { types: ['CLIENT'] },
      inside: { TYPE_ID: 'CLIENT' },
      outside: { TYPE_ID: 'PARTNER' },
    },
    {
      entity: 'user',
      rule: { responsible: [7] },
      inside: { ASSIGNED_BY_ID: 7 },
      outside: { ASSIGNED_BY_ID: 1 },
    },
    {
      entity: 'contract',
      rule: { types: ['CUSTOMER'] },
      inside: { COMPANY_TYPE: 'CUSTOMER' },
      outside: { COMPANY_TYPE: null },
    },
    {
      entity: 'contract',
      rule: { responsible: [1, 7] },
      inside: { ASSIGNED_BY_ID: 1 },
      outside: { ASSIGNED_BY_ID: 9 },
    },
  ];
  for (const [index, { entity, rule, inside, outside }] of portalCases.entries()) {
    const { table, name, title, other } = kinds[entity];
    it(`${kinds[entity].type} by ${Object.keys(rule)[0]}: only those inside are imported; one that leaves rests and comes back`, async () => {
      await story.put({ scope: { [entity]: { bitrix24: rule } }, import_new: { [entity]: true } });
      const [mine, strange] = [`Своя ${index}`, `Чужая ${index}`];
      const taken = story.records(entity).create({ [title]: mine, ...inside });
      story.records(entity).create({ [title]: strange, ...outside });
      await story.world.settled();
      const [row] = await story.world.sql<{ id: number }>(`select id from ${table} where ${name} like $1`, [
        `%${mine}%`,
      ]);
      expect(row, 'imported').to.not.equal(undefined);
      expect(await story.world.sql(`select id from ${table} where ${name} like $1`, [`%${strange}%`])).to.deep.equal(
        [],
      );
      const id = row?.id ?? 0;

      story.world.portal.journal.clear();
      story.records(entity).update(Number(taken.ID), { ...outside, [title]: `Другая ${index}` });
      await story.world.settled();
      await story.update(entity, id, { [other]: 'new@mail.example' });
      await story.world.settled();
      expect(story.writes(), 'writes while outside').to.deep.equal([]);
      expect((await story.read(entity, id))[name]).to.equal(mine);
      expect(await story.mapping(entity, id)).to.deep.equal({
        state: 'linked',
        excluded: `bitrix24.${Object.keys(rule)[0]}`,
      });

      story.records(entity).update(Number(taken.ID), inside);
      await story.world.settled();
      expect(await story.mapping(entity, id)).to.deep.equal({ state: 'linked', excluded: null });
      expect((await story.read(entity, id))[name]).to.equal(`Другая ${index}`);
      expect(JSON.stringify(story.records(entity).get(Number(taken.ID)))).to.include('new@mail.example');
    });
  }

  it('object by the time of its change: what was not touched since is not made', async () => {
    await story.put({ scope: { object: { crm: { updated_since: '2026-01-01T00:00:00Z' } } } });
    const old = await story.insert('object', { name: 'Внутри', updated_at: '2020-01-01' });
    await story.world.settled();
    expect(await story.mapping('object', old)).to.equal(null);
    await story.update('object', old, { description: 'Тронут' });
    await story.world.settled();
    expect(await story.mapping('object', old)).to.deep.equal({ state: 'linked', excluded: null });
  });

  it('deal by the time of its change: what was not touched since is not imported', async () => {
    const hour = 3_600_000;
    const updated_since = new Date(Date.now() + hour).toISOString();
    await story.put({ scope: { object: { bitrix24: { updated_since } } }, import_new: { object: true } });
    const { ID } = story.records('object').create({ TITLE: 'По времени' });
    await story.world.settled();
    const rows = () => story.world.sql(`select id from objects where name = 'По времени'`);
    expect(await rows()).to.deep.equal([]);
    story.world.portal.clock.aheadMs = 2 * hour;
    story.records('object').update(Number(ID), { SOURCE_ID: 'WEB' });
    await story.world.settled();
    expect(await rows()).to.have.length(1);
    story.world.portal.clock.aheadMs = 0;
  });
});
