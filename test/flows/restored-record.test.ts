import { expect } from 'chai';
import { objectWithDeal } from '../support/object-with-deal.ts';
import { startWorld, type Tenant, type World } from '../support/world.ts';

describe("a deal that comes back from the portal's recycle bin", () => {
  let world: World;
  let tenant: Tenant;
  const deals = () => world.portal.records('deal');

  before(async () => {
    world = await startWorld();
    tenant = await world.addTenant();
    await world.connectWithEvents(tenant);
  });
  after(() => world.stop());

  const mappingOf = async (id: number) =>
    (
      await world.sql(
        'select bitrix24_id::integer as deal, state from bitrix24_sync_mappings where local_type = $1 and local_id = $2',
        ['object', id],
      )
    )[0];

  it('is linked again under its new id, with the edits of the meantime, and no new deal', async () => {
    const { id, dealId } = await objectWithDeal(world, tenant, 'Из корзины');
    deals().delete(dealId);
    await world.settled();
    await world.call(tenant.token, 'PUT', `/api/objects/${id}`, { description: 'Пока сделки не было' });
    await world.settled();
    const newId = deals().restore(dealId);
    await world.settled();
    expect(await mappingOf(id)).to.deep.equal({ deal: newId, state: 'linked' });
    expect(deals().get(newId)).to.include({ TITLE: 'Из корзины', COMMENTS: 'Пока сделки не было' });
    deals().update(newId, { TITLE: 'Из корзины и снова в работе' });
    await world.settled();
    const [object] = await world.sql('select name from objects where id = $1', [id]);
    expect(object).to.deep.equal({ name: 'Из корзины и снова в работе' });
    expect(deals().list()).to.have.length(1);
  });

  it('in one breath with its deletion: both events in one pass', async () => {
    const { id, dealId } = await objectWithDeal(world, tenant, 'Туда и обратно');
    await world.stopApp();
    deals().delete(dealId);
    const newId = deals().restore(dealId);
    await world.portal.events.settled();
    await world.sql(
      `insert into sync_queue (tenant_id, entity, side, record_id, reason)
       values ($1, 'object', 'bitrix24', $2, 'deleted'), ($1, 'object', 'bitrix24', $3, 'event')`,
      [tenant.id, dealId, newId],
    );
    await world.startApp();
    await world.settled();
    expect(await mappingOf(id)).to.deep.equal({ deal: newId, state: 'linked' });
    expect(
      deals()
        .list()
        .filter((deal) => deal.TITLE === 'Туда и обратно'),
    ).to.have.length(1);
  });

  it('without an event: the next sweep finds it', async () => {
    const { id, dealId } = await objectWithDeal(world, tenant, 'Тихо');
    deals().delete(dealId);
    await world.settled();
    world.portal.events.faults.lossRate = 1;
    const newId = deals().restore(dealId);
    world.portal.events.faults.lossRate = 0;
    await world.runJob('sweep', tenant);
    await world.settled();
    expect(await mappingOf(id)).to.deep.equal({ deal: newId, state: 'linked' });
  });
});
