import { expect } from 'chai';
import { startWorld, type Tenant, type World } from '../support/world.ts';

describe('two deals that carry the origin of one object', () => {
  let world: World;
  let tenant: Tenant;
  let dealId: number;
  let copyId: number;

  before(async () => {
    world = await startWorld();
    tenant = await world.addTenant();
    await world.connectWithEvents(tenant);
    await world.call(tenant.token, 'POST', '/api/objects', { name: 'Оригинал' });
    await world.settled();
    const deal = await world.remoteOf(tenant, 'object', 1);
    dealId = Number(deal.ID);
    // A manager copies the deal; the portal copies the origin with it.
    const copy = world.portal.records('deal').create({
      TITLE: 'Копия',
      ORIGINATOR_ID: deal.ORIGINATOR_ID,
      ORIGIN_ID: deal.ORIGIN_ID,
    });
    copyId = Number(copy.ID);
    await world.settled();
  });
  after(() => world.stop());

  const errors = async () =>
    (await world.call(tenant.token, 'GET', '/api/integration/errors?status=failed')).body.data.items;

  it('are reported once, and the first stays the pair', async () => {
    world.portal.records('deal').update(copyId, { TITLE: 'Копия изменена' });
    await world.settled();
    const open = await errors();
    expect(open).to.have.length(1);
    expect(open[0]).to.include({ code: 'duplicate_origin', external_id: String(copyId) });
    const [object] = await world.sql('select name from objects');
    expect(object).to.deep.equal({ name: 'Оригинал' });
    expect(Number((await world.remoteOf(tenant, 'object', 1)).ID)).to.equal(dealId);
    expect(world.portal.records('deal').get(copyId)).to.include({ TITLE: 'Копия изменена' });
  });

  it('are reported by the weekly look too, as the same error', async () => {
    await world.runJob('duplicate_check', tenant);
    expect(await errors()).to.have.length(1);
  });

  it('stop being reported when the copy is deleted', async () => {
    world.portal.records('deal').delete(copyId);
    await world.settled();
    expect(await errors()).to.deep.equal([]);
  });
});
