import { expect } from 'chai';
import { expectRefusal } from '../support/refusal.ts';
import { type Scoping, serviceFunnel, startScoping, type Values } from '../support/scoping.ts';

const trucks = { object: { crm: { types: ['truck'] } } };
const objects = { sync_objects: true };

describe('runs within the scope', () => {
  let story: Scoping;
  const automaticOff = { automatic: { object: false, user: false, contract: false } };
  const deals = () => story.records('object');
  const titles = () =>
    deals()
      .list()
      .map(({ TITLE }) => TITLE);
  const names = async () =>
    (await story.world.sql<{ name: string }>('select name from objects order by id')).map(({ name }) => name);
  const counts = (run: Values) => {
    const { total, done, created, updated, unchanged, skipped, excluded, failed } = run;
    return { total, done, created, updated, unchanged, skipped, excluded, failed };
  };
  const none = { created: 0, updated: 0, unchanged: 0, skipped: 0, excluded: 0, failed: 0 };

  before(async () => {
    story = await startScoping({ events: false });
  });
  after(() => story.world.stop());
  beforeEach(async () => {
    await story.put(automaticOff);
    await story.world.sql('delete from objects');
    await story.world.sql('delete from bitrix24_sync_mappings');
    await story.world.sql('delete from sync_queue');
    for (const { ID } of deals().list()) deals().delete(Number(ID));
  });
  const fill = async (...rows: [string, string][]) => {
    const ids: number[] = [];
    for (const [name, type] of rows) ids.push(await story.insert('object', { name, type }));
    return ids;
  };

  it('a run to the portal makes what is inside and counts the rest as excluded, as its dry run said', async () => {
    await fill(['Грузовик', 'truck'], ['Легковая', 'car'], ['Кран', 'crane']);
    await story.put({ ...automaticOff, scope: trucks });
    const expected = { ...none, total: 3, done: 3, created: 1, excluded: 2 };
    story.world.portal.journal.clear();
    const dry = await story.run('to', { ...objects, dry_run: true });
    expect(counts(dry)).to.deep.equal(expected);
    expect(dry.preview).to.have.length(1);
    expect(story.writes()).to.deep.equal([]);
    expect(counts(await story.run('to', objects))).to.deep.equal(expected);
    expect(titles()).to.deep.equal(['Грузовик']);
  });

  it('what is outside costs the portal no request', async () => {
    await fill(['Легковая', 'car'], ['Кран', 'crane']);
    await story.put({ ...automaticOff, scope: trucks });
    story.world.portal.journal.clear();
    expect(counts(await story.run('to', objects))).to.deep.equal({ ...none, total: 2, done: 2, excluded: 2 });
    expect(story.world.portal.journal.calls()).to.deep.equal([]);
  });

  it("a run's own rule narrows the scope and never widens it", async () => {
    await fill(['Первый', 'truck'], ['Второй', 'truck'], ['Легковая', 'car']);
    await story.world.sql(`update objects set status = 'archived' where name = 'Второй'`);
    await story.put({ ...automaticOff, scope: trucks });
    const wide = await story.run('to', { ...objects, filter: { crm: { types: ['car'] } } });
    expect(counts(wide)).to.deep.equal({ ...none, total: 1, done: 1, excluded: 1 });
    const narrow = await story.run('to', { ...objects, filter: { crm: { statuses: ['active'] } } });
    expect(narrow).to.include({ created: 1, failed: 0 });
    expect(titles()).to.deep.equal(['Первый']);
    expect(narrow.filter).to.deep.equal({ crm: { statuses: ['active'] } });
  });

  it("a run's rule for deals leaves linked pairs alone whose deal does not fit, and marks none of them", async () => {
    const [first = 0, second = 0] = await fill(['Первый', 'truck'], ['Второй', 'truck']);
    await story.run('to', objects);
    const deal = Number((await story.world.remoteOf(story.tenant, 'object', first)).ID);
    deals().update(deal, { STAGE_ID: 'EXECUTING' });
    await story.world.sql(`update objects set name = name || ' 2'`);
    const filter = { bitrix24: { stages: ['EXECUTING'] } };
    for (const dry_run of [true, false]) {
      const run = await story.run('to', { ...objects, filter, dry_run });
      expect(counts(run)).to.deep.equal({ ...none, total: 2, done: 2, updated: 1, excluded: 1 });
    }
    expect(titles()).to.deep.equal(['Первый 2', 'Второй']);
    expect(await story.mapping('object', second)).to.deep.equal({ state: 'linked', excluded: null });
  });

  it('a run from the portal imports what is inside the scope and the run, and lists nothing else', async () => {
    deals().create({ TITLE: 'В сервисе', CATEGORY_ID: serviceFunnel, STAGE_ID: 'C1:NEW' });
    deals().create({ TITLE: 'В сервисе, в работе', CATEGORY_ID: serviceFunnel, STAGE_ID: 'C1:EXECUTING' });
    deals().create({ TITLE: 'В продажах' });
    await story.put({ ...automaticOff, scope: { object: { bitrix24: { categories: [serviceFunnel] } } } });
    const imported = { ...objects, import_new: true };
    const filter = { bitrix24: { stages: ['C1:EXECUTING', 'NEW'] } };
    const dry = await story.run('from', { ...imported, filter, dry_run: true });
    expect(counts(dry)).to.deep.equal({ ...none, total: 1, done: 1, created: 1 });
    expect(await story.run('from', { ...imported, filter })).to.include({ total: 1, created: 1 });
    expect(await names()).to.deep.equal(['В сервисе, в работе']);
    expect(await story.run('from', { ...imported, filter: { bitrix24: { categories: [0] } } })).to.include({
      created: 0,
    });
    expect(await story.run('from', imported)).to.include({ created: 1 });
    expect(await names()).to.deep.equal(['В сервисе, в работе', 'В сервисе']);
  });

  for (const to of ['to', 'from'] as const) {
    it(`"bidirectional" is one run that does both, asked for at sync/${to}`, async () => {
      const [linked = 0] = await fill(['Связан', 'truck']);
      await story.run('to', objects);
      await fill(['Только в CRM', 'truck']);
      deals().create({ TITLE: 'Только в портале' });
      await story.world.sql(`update objects set description = 'Из CRM' where id = $1`, [linked]);
      const body = { ...objects, direction: 'bidirectional', import_new: true };
      const expected = { ...none, total: 3, done: 3, created: 2, updated: 1 };
      expect(counts(await story.run(to, { ...body, dry_run: true }))).to.deep.equal(expected);
      const run = await story.run(to, body);
      expect(run.direction).to.equal('bidirectional');
      expect(counts(run)).to.deep.equal(expected);
      expect(titles()).to.have.members(['Связан', 'Только в CRM', 'Только в портале']);
      expect(await names()).to.have.members(['Связан', 'Только в CRM', 'Только в портале']);
    });
  }

  it('"bidirectional" with a moment takes what changed on either side since', async () => {
    await fill(['Первый', 'truck'], ['Второй', 'truck'], ['Третий', 'truck']);
    await story.run('to', objects);
    await story.world.sql(
      `update bitrix24_sync_mappings set bitrix24_modified_at = now() - interval '1 day' where local_id <> 2`,
    );
    await story.world.sql(`alter table objects disable trigger user`);
    await story.world.sql(`update objects set updated_at = now() - interval '1 day' where name <> 'Третий'`);
    await story.world.sql(`alter table objects enable trigger user`);
    const since = new Date(Date.now() - 3_600_000).toISOString();
    await story.world.sql(
      `update bitrix24_sync_mappings m set bitrix24_modified_at = case when o.name = 'Второй' then now() else now() - interval '1 day' end from objects o where o.id = m.local_id`,
    );
    const body = { ...objects, direction: 'bidirectional', filter: { updated_since: since } };
    expect(await story.run('to', { ...body, dry_run: true })).to.include({ total: 2, unchanged: 2 });
    expect(await story.run('to', body)).to.include({ total: 2, unchanged: 2 });
  });

  const bad: { name: string; body: Values; path: string }[] = [
    { name: 'an empty list', body: { ...objects, filter: { crm: { types: [] } } }, path: 'filter.crm.types' },
    { name: 'a rule for several kinds', body: { filter: { crm: { types: ['truck'] } } }, path: 'filter.crm' },
    {
      name: 'a rule of another kind',
      body: { ...objects, filter: { crm: { roles: ['driver'] } } },
      path: 'filter.crm.roles',
    },
    {
      name: 'a stage that is not there',
      body: { ...objects, filter: { bitrix24: { stages: ['NOWHERE'] } } },
      path: 'filter.bitrix24.stages.0',
    },
    {
      name: 'a contract that is not there',
      body: { ...objects, filter: { crm: { contract_ids: [999] } } },
      path: 'filter.crm.contract_ids.0',
    },
    { name: 'the other direction', body: { ...objects, direction: 'from_bitrix' }, path: 'direction' },
  ];
  for (const { name, body, path } of bad) {
    it(`a run with ${name} is refused, with the path, and none is made`, async () => {
      const before = await story.world.sql('select id from sync_runs');
      const answer = await story.call('POST', '/sync/to', body);
      expectRefusal(answer, 400, 'invalid_request');
      expect(answer.body.details.map((one: { path: string }) => one.path)).to.deep.equal([path]);
      expect(await story.world.sql('select id from sync_runs')).to.deep.equal(before);
    });
  }
});
