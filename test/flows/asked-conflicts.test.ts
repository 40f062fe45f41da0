import { expect } from 'chai';
import { eventually } from '../support/eventually.ts';
import { objectWithDeal } from '../support/object-with-deal.ts';
import { startWorld, type Tenant, unlimited, type World } from '../support/world.ts';

const base = '/api/integration/bitrix24';

describe('both sides changed a field about which a person is asked', () => {
  let world: World;
  let tenant: Tenant;
  let object: { id: number; dealId: number };
  const call = (method: string, path: string, body?: unknown) =>
    world.call(tenant.token, method, `${base}${path}`, body);
  const deal = () => world.portal.records('deal').get(object.dealId);
  const local = async () => (await world.sql('select name, description from objects where id = $1', [object.id]))[0];
  const editDeal = (fields: Record<string, unknown>) => world.portal.records('deal').update(object.dealId, fields);
  const editObject = (column: string, value: string) =>
    world.sql(`update objects set ${column} = $1 where id = $2`, [value, object.id]);
  const open = async () => {
    const { conflicts } = (await call('GET', '/conflicts?state=open')).body.data;
    return conflicts.filter((conflict: { local_id: number }) => conflict.local_id === object.id);
  };
  const standing = () => world.sql('select id from sync_conflicts where standing and local_id = $1', [object.id]);

  /** Both sides change the name before the app can see either. */
  async function changeBoth(ours: string, theirs: string): Promise<void> {
    await world.stopApp();
    await editObject('name', ours);
    editDeal({ TITLE: theirs });
    await world.startApp();
    await world.settled();
  }

  before(async () => {
    world = await startWorld({ ...unlimited, apps: true });
    tenant = await world.addTenant();
    await world.connectWithEvents(tenant);
    await call('PUT', '/settings', { field_map: { object: { policies: { title: 'ask' } } } });
  });
  after(() => world.stop());
  beforeEach(async () => {
    object = await objectWithDeal(world, tenant, 'Камаз');
  });

  it('neither side is written, one conflict shows both values, and the other fields go on both ways', async () => {
    await changeBoth('Камаз наш', 'Камаз их');
    expect(deal().TITLE).to.equal('Камаз их');
    expect(await local()).to.include({ name: 'Камаз наш' });
    const conflicts = await open();
    expect(conflicts).to.have.length(1);
    expect(conflicts[0]).to.include({
      field: 'title',
      local_value: 'Камаз наш',
      bitrix24_value: 'Камаз их',
      winner: 'none',
      policy: 'ask',
      standing: true,
      decision: null,
    });
    expect(Date.parse(conflicts[0].local_changed_at)).to.be.above(0);
    expect(Date.parse(conflicts[0].bitrix24_changed_at)).to.be.above(0);
    await editObject('description', 'Рефрижератор');
    await world.settled();
    expect(deal().COMMENTS).to.include('Рефрижератор');
    editDeal({ COMMENTS: 'Тягач' });
    await world.settled();
    expect(await local()).to.deep.equal({ name: 'Камаз наш', description: 'Тягач' });
    expect(deal().TITLE).to.equal('Камаз их');
  });

  it('the conflict outlives runs, sweeps and events as one row, and a dry run says the same as a run', async () => {
    await changeBoth('Камаз наш', 'Камаз их');
    const [first] = await open();
    const selected = { sync_objects: true, wait: true, filter: { ids: [object.id] } };
    await call('POST', '/sync/to', { ...selected, dry_run: true });
    await call('POST', '/sync/to', selected);
    const counts = { total: 1, done: 1, created: 0, updated: 0, unchanged: 1, skipped: 0, failed: 0, conflicts: 1 };
    const runs = await world.sql(`select ${Object.keys(counts).join()} from sync_runs order by id`);
    expect(runs).to.deep.equal([counts, counts]);
    await world.runJob('sweep', tenant);
    await world.runJob('local_look', tenant);
    editDeal({ OPPORTUNITY: 5 });
    await world.settled();
    expect((await open()).map(({ id }: { id: number }) => id)).to.deep.equal([first.id]);
    expect(deal().TITLE).to.equal('Камаз их');
    expect(await local()).to.include({ name: 'Камаз наш' });
  });

  it('the conflict shows what either side has become since', async () => {
    await changeBoth('Камаз наш', 'Камаз их');
    const [first] = await open();
    editDeal({ TITLE: 'Камаз их, второй' });
    await world.settled();
    await editObject('name', 'Камаз наш, второй');
    await world.settled();
    const [now] = await open();
    expect(now).to.include({
      id: first.id,
      local_value: 'Камаз наш, второй',
      bitrix24_value: 'Камаз их, второй',
    });
  });

  it('the conflict closes by itself when both sides hold the same', async () => {
    await changeBoth('Камаз наш', 'Камаз их');
    editDeal({ TITLE: 'Камаз наш' });
    await world.settled();
    expect(await open()).to.deep.equal([]);
    const [closed] = (await call('GET', '/conflicts?state=resolved&limit=1')).body.data.conflicts;
    expect(closed).to.include({ state: 'resolved', standing: false, decision: null });
    editDeal({ TITLE: 'Камаз дальше' });
    await world.settled();
    expect(await local()).to.include({ name: 'Камаз дальше' });
  });

  for (const [keep, expected] of [
    ['crm', 'Камаз наш'],
    ['bitrix24', 'Камаз их'],
  ] as const) {
    it(`the answer ${keep} writes that value to the other side, and the field goes on`, async () => {
      await changeBoth('Камаз наш', 'Камаз их');
      const [{ id }] = await open();
      const answer = await call('POST', `/conflicts/${id}/resolve`, { keep });
      expect(answer.status, JSON.stringify(answer.body)).to.equal(200);
      expect(answer.body.data).to.include({ state: 'resolved', decision: keep, decided_by: 'tester' });
      await world.settled();
      expect(deal().TITLE).to.equal(expected);
      expect(await local()).to.include({ name: expected });
      expect(await open()).to.deep.equal([]);
      expect(await standing()).to.deep.equal([]);
      expect((await call('POST', `/conflicts/${id}/resolve`, { keep })).body.code).to.equal('already_resolved');
      await editObject('name', 'Камаз дальше');
      await world.settled();
      expect(deal().TITLE).to.equal('Камаз дальше');
    });
  }

  it('an answer to values that are others by the time it is carried out is asked for again', async () => {
    await changeBoth('Камаз наш', 'Камаз их');
    const [{ id }] = await open();
    await world.stopApp();
    await world.sql(`update sync_conflicts set state = 'resolved', decision = 'crm' where id = $1`, [id]);
    editDeal({ TITLE: 'Камаз их, второй' });
    await editObject('description', 'новое');
    await world.startApp();
    await world.settled();
    expect(deal().TITLE).to.equal('Камаз их, второй');
    const conflicts = await open();
    expect(conflicts).to.have.length(1);
    expect(conflicts[0]).to.include({ bitrix24_value: 'Камаз их, второй', decision: null });
  });

  it('another policy decides what stood open', async () => {
    await changeBoth('Камаз наш', 'Камаз их');
    await call('PUT', '/settings', { field_map: { object: { policies: { title: 'crm' } } } });
    await world.settled();
    expect(deal().TITLE).to.equal('Камаз наш');
    expect(await standing()).to.deep.equal([]);
    await call('PUT', '/settings', { field_map: { object: { policies: { title: 'ask' } } } });
  });

  it('a record that is deleted leaves no question open', async () => {
    await changeBoth('Камаз наш', 'Камаз их');
    await world.call(tenant.token, 'DELETE', `/api/objects/${object.id}`);
    await eventually(async () => expect(await open()).to.deep.equal([]));
  });

  it('a policy for a field that is none is refused with its path', async () => {
    const answer = await call('PUT', '/settings', { field_map: { object: { policies: { titel: 'ask' } } } });
    expect(answer.status).to.equal(400);
    expect(answer.body.details.map(({ path }: { path: string }) => path)).to.deep.equal([
      'field_map.object.policies.titel',
    ]);
  });
});
