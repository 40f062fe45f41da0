import { expect } from 'chai';
import { eventually } from '../support/eventually.ts';
import { objectWithDeal } from '../support/object-with-deal.ts';
import { startWorld, type Tenant, unlimited, type World } from '../support/world.ts';

describe('a sweep looks above the highest id it has seen', () => {
  let world: World;
  let tenant: Tenant;

  before(async () => {
    world = await startWorld(unlimited);
    tenant = await world.addTenant();
    await world.connect(tenant);
    await world.call(tenant.token, 'PUT', '/api/integration/bitrix24/settings', { import_new: { user: true } });
  });
  after(() => world.stop());

  const deals = () => world.portal.records('deal');
  const contacts = () => world.portal.records('contact');
  const mappingOf = async (id: number) =>
    (
      await world.sql(
        `select bitrix24_id::integer as deal, state from bitrix24_sync_mappings where local_type = 'object' and local_id = $1`,
        [id],
      )
    )[0];
  /** Does something while the portal's clock is two hours behind: its time of change is out of a sweep's sight. */
  const longAgo = async <Value>(action: () => Value | Promise<Value>): Promise<Value> => {
    world.portal.clock.aheadMs = -7_200_000;
    try {
      return await action();
    } finally {
      world.portal.clock.aheadMs = 0;
    }
  };

  it('and finds a deal that came back from the recycle bin with its old time of change', async () => {
    const { id, dealId } = await longAgo(() => objectWithDeal(world, tenant, 'Из корзины'));
    deals().delete(dealId);
    await world.runJob('deletion_sweep', tenant);
    await world.settled();
    expect(await mappingOf(id)).to.deep.equal({ deal: dealId, state: 'orphaned' });
    await world.runJob('sweep', tenant);
    const newId = deals().restore(dealId);
    await world.runJob('sweep', tenant);
    await world.settled();
    expect(await mappingOf(id)).to.deep.equal({ deal: newId, state: 'linked' });
    expect(deals().list()).to.have.length(1);
  });

  it('and a new contact whose clock was wrong, whatever it says', async () => {
    await world.call(tenant.token, 'POST', '/api/users', { name: 'Иван Петров' });
    await world.settled();
    await world.runJob('sweep', tenant);
    await longAgo(() => contacts().create({ NAME: 'Мария', LAST_NAME: 'Сидорова' }));
    await world.runJob('sweep', tenant);
    await world.settled();
    await eventually(async () => {
      const [found] = await world.sql(`select 1 from users where name = 'Мария Сидорова'`);
      expect(found).to.deep.equal({ '?column?': 1 });
    });
  });

  it('in the request that lists the changes', async () => {
    await world.runJob('sweep', tenant);
    await world.settled();
    world.portal.journal.clear();
    await world.runJob('sweep', tenant);
    const lists = world.portal.journal.calls({ method: 'crm.item.list' });
    const requestsWith = (filter: string) =>
      new Set(lists.filter(({ params }) => JSON.stringify(params).includes(filter)).map(({ batchId }) => batchId));
    // The engine's own reads ask for ids, a sweep for what lies behind one.
    expect(requestsWith('">id"').size).to.be.at.least(3);
    expect([...requestsWith('">id"')]).to.have.members([...requestsWith('updatedTime"')]);
  });
});
