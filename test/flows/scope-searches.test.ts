import { expect } from 'chai';
import { eventually } from '../support/eventually.ts';
import { type Scoping, startScoping } from '../support/scoping.ts';

const trucks = { scope: { object: { crm: { types: ['truck'] } } } };
const working = { scope: { object: { bitrix24: { stages: ['EXECUTING'] } } } };

/** No event reaches the app here: what changed is found by searches, or asked for. */
describe('the scope holds for searches as well', () => {
  let story: Scoping;
  const object = (id: number) => story.read('object', id);
  const deals = () => story.records('object');
  const dealOf = async (id: number) => Number((await story.world.remoteOf(story.tenant, 'object', id)).ID);
  const search = async (name: 'sweep' | 'local_look' | 'deletion_sweep') => {
    await story.world.runJob(name, story.tenant);
    await story.world.settled();
  };
  /** How often a look from our side has found something. */
  const finds = () => story.world.lines.filter((line) => line.includes('Сверка записей CRM нашла')).length;
  async function linked(values: Record<string, unknown> = {}): Promise<{ id: number; deal: number }> {
    const id = await story.insert('object', { name: 'Камаз', ...values });
    await story.world.settled();
    return { id, deal: await dealOf(id) };
  }

  before(async () => {
    story = await startScoping({ events: false });
  });
  after(() => story.world.stop());
  afterEach(() => story.put({}));

  it('a sweep copies nothing of a deal that is outside, and everything once it is inside', async () => {
    const { id, deal } = await linked();
    await story.put(working);
    expect(await story.mapping('object', id)).to.deep.equal({ state: 'linked', excluded: 'bitrix24.stages' });
    deals().update(deal, { TITLE: 'Портал' });
    await search('sweep');
    expect(await object(id)).to.include({ name: 'Камаз' });
    deals().update(deal, { STAGE_ID: 'EXECUTING' });
    await search('sweep');
    expect(await object(id)).to.include({ name: 'Портал' });
    deals().update(deal, { STAGE_ID: 'NEW', TITLE: 'Ещё раз' });
    await search('sweep');
    expect(await object(id)).to.include({ name: 'Портал' });
    expect(await story.mapping('object', id)).to.deep.equal({ state: 'linked', excluded: 'bitrix24.stages' });
  });

  it('a sweep imports new deals that are inside, and no other', async () => {
    await story.put({ ...working, import_new: { object: true } });
    deals().create({ TITLE: 'В работе', STAGE_ID: 'EXECUTING' });
    deals().create({ TITLE: 'Новая' });
    await search('sweep');
    const rows = await story.world.sql(`select name from objects where name in ('В работе', 'Новая')`);
    expect(rows).to.deep.equal([{ name: 'В работе' }]);
  });

  it('a look from our side makes deals of what is inside, and of nothing else', async () => {
    await story.put(trucks);
    const [truck = 0, car = 0] = await story.insertUnseen(['truck', 'car']);
    story.world.portal.journal.clear();
    await search('local_look');
    expect(await story.mapping('object', truck)).to.deep.equal({ state: 'linked', excluded: null });
    expect(await story.mapping('object', car)).to.equal(null);
    const before = finds();
    await search('local_look');
    expect(finds(), 'what is outside is not queued').to.equal(before);
  });

  it('a look from our side finds what left the rule, and what came back, unseen by triggers', async () => {
    await story.put(trucks);
    const { id } = await linked({ type: 'truck' });
    await story.updateUnseen('object', id, 'type', 'car');
    await story.updateUnseen('object', id, 'name', 'Переименован');
    story.world.portal.journal.clear();
    await search('local_look');
    expect(await story.mapping('object', id)).to.deep.equal({ state: 'linked', excluded: 'crm.types' });
    const before = finds();
    await search('local_look');
    expect(finds(), 'what rests differs as it likes').to.equal(before);
    expect(story.world.portal.journal.calls()).to.deep.equal([]);
    await story.updateUnseen('object', id, 'type', 'truck');
    await search('local_look');
    expect(await story.mapping('object', id)).to.deep.equal({ state: 'linked', excluded: null });
    expect((await story.world.remoteOf(story.tenant, 'object', id)).TITLE).to.equal('Переименован');
  });

  const both = { on_local_delete: { object: 'delete' }, on_bitrix24_delete: { object: 'delete' } };

  it('a deal that is deleted while its pair rests takes no CRM record along, until the pair is back', async () => {
    const { id, deal } = await linked({ type: 'car' });
    await story.put({ ...trucks, ...both });
    deals().delete(deal);
    await search('deletion_sweep');
    expect(await object(id)).to.include({ deleted_at: null });
    expect(await story.mapping('object', id)).to.deep.equal({ state: 'linked', excluded: 'crm.types' });
    await story.put(both);
    expect((await object(id)).deleted_at).to.not.equal(null);
  });

  it('a deal that is deleted while its pair rests by the rule for deals takes no CRM record along either', async () => {
    const { id, deal } = await linked();
    await story.put({ ...working, ...both });
    const [mapping] = await story.world.sql<{ id: number }>(
      `select id from bitrix24_sync_mappings where local_type = 'object' and local_id = $1`,
      [id],
    );
    deals().delete(deal);
    await story.call('POST', `/mappings/${mapping?.id}/sync`, { wait: true });
    expect(await object(id)).to.include({ deleted_at: null });
    expect(await story.mapping('object', id)).to.deep.equal({ state: 'linked', excluded: 'bitrix24.stages' });
  });

  it('a CRM record that is deleted while its pair rests takes no deal along, until the pair is back', async () => {
    const { id, deal } = await linked();
    await story.put({ ...working, ...both });
    await story.update('object', id, { deleted_at: new Date() });
    await story.world.settled();
    expect(deals().get(deal).ID).to.equal(String(deal));
    await story.put(both);
    expect(() => deals().get(deal)).to.throw();
  });

  it('a row that is deleted for good while its pair rests takes no deal along', async () => {
    const { id, deal } = await linked({ type: 'car' });
    await story.put({ ...trucks, ...both });
    await story.world.sql('delete from objects where id = $1', [id]);
    await story.world.settled();
    expect(deals().get(deal).ID).to.equal(String(deal));
    await story.put({});
  });

  it('"unlink" ends the link of what leaves and keeps its tombstone; what comes back is merged, not overwritten', async () => {
    const { id, deal } = await linked({ type: 'truck' });
    await story.put({ scope: { object: { ...trucks.scope.object, on_leave: 'unlink' } } });
    await story.update('object', id, { type: 'car' });
    await story.world.settled();
    expect(await story.mapping('object', id)).to.deep.equal({ state: 'unlinked', excluded: 'crm.types' });
    deals().update(deal, { TITLE: 'Из портала' });
    await story.update('object', id, { type: 'truck', description: 'Из CRM' });
    await story.world.settled();
    expect(await story.mapping('object', id)).to.deep.equal({ state: 'linked', excluded: null });
    expect(await object(id)).to.include({ name: 'Из портала', description: 'Из CRM' });
    expect(String(deals().get(deal).COMMENTS)).to.include('Из CRM');
    expect(
      deals()
        .list()
        .filter(({ TITLE }) => TITLE === 'Из портала'),
    ).to.have.length(1);
  });

  it('a deal whose making had no answer is known when its record, which left meanwhile, is back', async () => {
    await story.put(trucks);
    const isCreate = (params: object) => JSON.stringify(params).includes('crm.item.add');
    story.world.portal.faults.add({ method: 'batch', when: isCreate, times: 1, action: { kind: 'dropAfter' } });
    const before = deals().list().length;
    const id = await story.insert('object', { name: 'Ответ потерян', type: 'truck' });
    await eventually(() => deals().list().length > before);
    await story.update('object', id, { type: 'car', name: 'Потом' });
    await story.world.settled();
    expect(await story.mapping('object', id)).to.deep.equal({ state: 'linked', excluded: 'crm.types' });
    expect((await story.world.remoteOf(story.tenant, 'object', id)).TITLE).to.equal('Ответ потерян');
    await story.update('object', id, { type: 'truck' });
    await story.world.settled();
    expect(deals().list().length - before).to.equal(1);
    expect((await story.world.remoteOf(story.tenant, 'object', id)).TITLE).to.equal('Потом');
  });
});
