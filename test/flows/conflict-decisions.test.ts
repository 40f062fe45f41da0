import { expect } from 'chai';
import { addManyConflicts, allConflicts, sorts } from '../support/many-conflicts.ts';
import { expectRefusal } from '../support/refusal.ts';
import { startWorld, type Tenant, unlimited, type World } from '../support/world.ts';

const address = '/api/integration/bitrix24/conflicts';

describe('400 conflicts', () => {
  let world: World;
  let tenant: Tenant;
  const call = (method: string, path: string, body?: unknown) => world.call(tenant.token, method, path, body);
  const listed = async (query: string) => (await call('GET', `${address}?${query}`)).body.data;
  const count = async (query: string) => (await listed(`${query}&limit=1`)).pagination.total;

  before(async () => {
    world = await startWorld({ config: { role: 'web' } });
    tenant = await world.addTenant();
    await addManyConflicts(world, tenant);
  });
  after(() => world.stop());

  it('begin with those about which a person is asked, and are narrowed by kind, field, winner, age and name', async () => {
    const { conflicts, pagination } = await listed('state=open&limit=25');
    expect(pagination.total).to.equal(allConflicts);
    expect(conflicts.slice(0, 20).every(({ standing }: { standing: boolean }) => standing)).to.equal(true);
    expect(conflicts[20].standing).to.equal(false);
    expect(await count('field=description')).to.equal(sorts.description);
    expect(await count('winner=bitrix24')).to.equal(sorts.title);
    expect(await count('winner=none&standing=false')).to.equal(sorts.first_link);
    expect(await count('local_type=user')).to.equal(0);
    const weekAgo = encodeURIComponent(new Date(Date.now() - 7 * 86_400_000).toISOString());
    expect(await count(`until=${weekAgo}`)).to.equal(allConflicts / 4);
    expect(await count(`since=${weekAgo}`)).to.equal((allConflicts / 4) * 3);
    expect(await count(`q=${encodeURIComponent('газель 017')}`)).to.equal(1);
  });

  it('are told by what is alike, with how many there are', async () => {
    const { groups } = (await call('GET', `${address}/groups`)).body.data;
    expect(
      groups.map(({ field, winner, standing, count: many }: Record<string, unknown>) => [
        field,
        winner,
        standing,
        many,
      ]),
    ).to.deep.equal([
      ['title', 'none', true, sorts.asked],
      ['title', 'bitrix24', false, sorts.title],
      ['description', 'crm', false, sorts.description],
      ['title', 'none', false, sorts.first_link],
    ]);
  });

  it('are decided by one call for all that are alike, only while there are as many as the person saw', async () => {
    const alike = { local_type: 'object', field: 'title', winner: 'bitrix24' };
    const refused = await call('POST', `${address}/resolve`, { ...alike, keep: 'crm', count: sorts.title - 1 });
    expectRefusal(refused, 409, 'count_changed');
    expect(refused.body.details).to.deep.equal({ count: sorts.title });
    expect(await count('state=open')).to.equal(allConflicts);

    const answer = await call('POST', `${address}/resolve`, { ...alike, keep: 'crm', count: sorts.title });
    expect(answer.body.data).to.deep.include({ decided: sorts.title, left: [], more: false });
    expect(await count('state=open')).to.equal(allConflicts - sorts.title);
    const [renamed] = await world.sql(`select count(*)::integer as count from objects where name like '%синяя в CRM'`);
    expect(renamed).to.deep.equal({ count: sorts.title });
    const [conflict] = (await listed('state=resolved&limit=1')).conflicts;
    expect(conflict).to.include({ decision: 'crm', decision_id: answer.body.data.decision_id });
    expect(conflict.decided_by).to.be.a('string');

    // One of them is edited since.
    await world.sql(`update objects set name = 'Исправлено руками' where id = $1`, [conflict.local_id]);
    const undo = `${address}/decisions/${answer.body.data.decision_id}/undo`;
    const { undone, left } = (await call('POST', undo)).body.data;
    expect(undone).to.equal(sorts.title - 1);
    expect(left).to.have.length(1);
    expect(left[0]).to.include({ id: conflict.id, code: 'edited_since' });
    expect(await count('state=open')).to.equal(allConflicts - 1);
    expect(await world.sql(`select 1 from objects where name like '%синяя в CRM'`)).to.deep.equal([]);
    expect(await world.sql(`select 1 from objects where name = 'Исправлено руками'`)).to.have.length(1);
    expectRefusal(await call('POST', undo), 409, 'already_undone');
  });

  it('that keep what won are closed alone, and that is taken back alone', async () => {
    const before = await world.sql('select id, name, description from objects order by id');
    const { decision_id: id, decided } = (
      await call('POST', `${address}/resolve`, { field: 'description', keep: 'crm' })
    ).body.data;
    expect(decided).to.equal(sorts.description);
    expect((await call('POST', `${address}/decisions/${id}/undo`)).body.data).to.deep.equal({
      undone: sorts.description,
      left: [],
    });
    expect(await world.sql('select id, name, description from objects order by id')).to.deep.equal(before);
    expect(await count('field=description&state=open')).to.equal(sorts.description);
  });

  it('about which a person is asked are taken back while nothing was carried out', async () => {
    const { decision_id: id } = (await call('POST', `${address}/resolve`, { standing: true, keep: 'bitrix24' })).body
      .data;
    expect(await count('state=open&standing=true')).to.equal(0);
    expect((await call('POST', `${address}/decisions/${id}/undo`)).body.data.undone).to.equal(sorts.asked);
    expect(await count('state=open&standing=true')).to.equal(sorts.asked);
  });

  it('are never all meant by oversight, and not by another company', async () => {
    expectRefusal(await call('POST', `${address}/resolve`, { keep: 'crm' }), 400, 'invalid_request');
    const other = await world.addTenant();
    const answer = await world.call(other.token, 'POST', `${address}/resolve`, { winner: 'crm', keep: 'crm' });
    expect(answer.body.data).to.deep.equal({ decision_id: null, decided: 0, left: [], more: false });
  });
});

describe('a decision about conflicts, on both sides', () => {
  let world: World;
  let tenant: Tenant;
  const call = (method: string, path: string, body?: unknown) => world.call(tenant.token, method, path, body);

  before(async () => {
    world = await startWorld(unlimited);
    tenant = await world.addTenant();
    await world.connectWithEvents(tenant);
    await world.sql(`insert into objects (tenant_id, name) select $1, 'Камаз ' || n from generate_series(1, 3) n`, [
      tenant.id,
    ]);
    await world.settled();
  });
  after(() => world.stop());

  it('reaches the portal, and its undo too, but for what was edited there since', async () => {
    const remotes = await Promise.all([1, 2, 3].map((id) => world.remoteOf(tenant, 'object', id)));
    const deals = world.portal.records('deal');
    const titles = async () =>
      (await Promise.all([1, 2, 3].map((id) => world.remoteOf(tenant, 'object', id)))).map(({ TITLE }) => TITLE);
    await world.stopApp();
    await world.sql(`update objects set name = 'Наш ' || id`);
    world.portal.clock.aheadMs = 60_000;
    for (const { ID } of remotes) deals.update(Number(ID), { TITLE: `Их ${ID}` });
    world.portal.clock.aheadMs = 0;
    await world.startApp();
    await world.settled();
    const theirs = remotes.map(({ ID }) => `Их ${ID}`);
    expect(await titles()).to.deep.equal(theirs);

    const { decision_id: id, decided } = (
      await call('POST', `${address}/resolve`, { winner: 'bitrix24', keep: 'crm', count: 3 })
    ).body.data;
    expect(decided).to.equal(3);
    await world.settled();
    expect(await titles()).to.deep.equal(['Наш 1', 'Наш 2', 'Наш 3']);

    const edited = 'Исправлено менеджером';
    deals.update(Number(remotes[1]?.ID), { TITLE: edited });
    await world.runJob('sweep', tenant);
    await world.settled();
    expect(await world.sql('select name from objects where id = 2')).to.deep.equal([{ name: edited }]);
    const { undone, left } = (await call('POST', `${address}/decisions/${id}/undo`)).body.data;
    expect(undone).to.equal(2);
    expect(left.map(({ code }: { code: string }) => code)).to.deep.equal(['edited_since']);
    await world.settled();
    expect(await titles()).to.deep.equal([theirs[0], edited, theirs[2]]);
    const rows = await world.sql('select name from objects order by id');
    expect(rows.map(({ name }) => name)).to.deep.equal([theirs[0], edited, theirs[2]]);
  });
});
