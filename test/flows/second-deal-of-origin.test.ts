import { expect } from 'chai';
import { eventually } from '../support/eventually.ts';
import { objectWithDeal } from '../support/object-with-deal.ts';
import { startWorld, type Tenant, type World } from '../support/world.ts';

describe('a second deal with the origin of an object, where deleted deals are made again', () => {
  let world: World;
  let tenant: Tenant;
  const deals = () => world.portal.records('deal');
  const ofOrigin = (id: number) =>
    deals()
      .list()
      .filter((deal) => String(deal.ORIGIN_ID).endsWith(`:${tenant.id}:object:${id}`));
  const errors = async () =>
    (await world.call(tenant.token, 'GET', '/api/integration/errors?status=failed')).body.data.items;

  before(async () => {
    world = await startWorld();
    tenant = await world.addTenant();
    await world.connectWithEvents(tenant);
    await world.call(tenant.token, 'PUT', '/api/integration/bitrix24/settings', {
      on_bitrix24_delete: { object: 'recreate' },
    });
  });
  after(() => world.stop());

  /** The portal tells of nothing that happens in `work`. */
  function untold<Result>(work: () => Result): Result {
    world.portal.events.faults.lossRate = 1;
    const result = work();
    world.portal.events.faults.lossRate = 0;
    return result;
  }

  /** The portal carries a create out long after it was asked, and another deal stands for the object by then. */
  async function makeLate(dealId: number): Promise<number> {
    const { TITLE, ORIGINATOR_ID, ORIGIN_ID, DATE_CREATE } = deals().get(dealId);
    // The portal tells the time of a creation in whole seconds: made in the same one, a deal would look like its former one taken back.
    await eventually(() => Date.now() >= Date.parse(String(DATE_CREATE)) + 1000);
    return untold(() => Number(deals().create({ TITLE, ORIGINATOR_ID, ORIGIN_ID }).ID));
  }

  it('is asked about when the linked one is deleted: no third deal is made', async () => {
    const { id, dealId } = await objectWithDeal(world, tenant, 'Создан с опозданием');
    const late = await makeLate(dealId);
    deals().delete(dealId);
    await world.settled();
    expect(ofOrigin(id).map(({ ID }) => Number(ID))).to.deep.equal([late]);
    const [open, ...others] = await errors();
    expect(others).to.deep.equal([]);
    expect(open).to.include({ code: 'copy_of_deleted', local_id: id, external_id: String(dealId) });
    expect(open.message).to.include(String(late));
    const link = `/api/integration/bitrix24/cards/deal/${late}/link`;
    expect((await world.call(tenant.token, 'POST', link, { local_id: id })).status).to.equal(200);
    await world.settled();
    expect(Number((await world.remoteOf(tenant, 'object', id)).ID)).to.equal(late);
    expect(await errors()).to.deep.equal([]);
  });

  it('is deleted by a person, who asks once more: the deal is made again', async () => {
    const { id, dealId } = await objectWithDeal(world, tenant, 'Лишний удалён');
    const late = await makeLate(dealId);
    deals().delete(dealId);
    await world.settled();
    deals().delete(late);
    await world.settled();
    const [open] = await errors();
    await world.call(tenant.token, 'POST', `/api/integration/errors/${open.id}/retry`);
    await world.settled();
    expect(ofOrigin(id)).to.have.length(1);
    expect(await world.remoteOf(tenant, 'object', id)).to.include({ TITLE: 'Лишний удалён' });
  });

  it('is the deal itself, taken back without an event: it is linked again, not made a second time', async () => {
    const { id, dealId } = await objectWithDeal(world, tenant, 'Взят обратно');
    const again = untold(() => {
      deals().delete(dealId);
      return world.portal.recycleBin.restore('deal', dealId, { event: 'lost' });
    });
    await world.call(tenant.token, 'PUT', `/api/objects/${id}`, { name: 'Взят обратно и изменён' });
    await world.settled();
    expect(ofOrigin(id).map(({ ID }) => Number(ID))).to.deep.equal([again]);
    expect(await world.remoteOf(tenant, 'object', id)).to.include({ TITLE: 'Взят обратно и изменён' });
  });
});
