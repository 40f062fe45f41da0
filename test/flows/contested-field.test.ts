import { expect } from 'chai';
import { startWorld, type Tenant, type World } from '../support/world.ts';

describe('a portal robot against us', () => {
  let world: World;
  let tenant: Tenant;

  before(async () => {
    world = await startWorld();
    tenant = await world.addTenant();
    await world.connectWithEvents(tenant);
    await world.sql(`insert into contracts (tenant_id, number, end_date) values ($1, '7', '2025-03-01')`, [tenant.id]);
    await world.sql(`insert into objects (tenant_id, name, contract_id) select $1, 'Камаз', id from contracts`, [
      tenant.id,
    ]);
    await world.settled();
  });
  after(() => world.stop());

  it('over a field that is ours: we put it right a few times, then it comes to rest', async () => {
    const deal = await world.remoteOf(tenant, 'object', 1);
    // The robot answers every change with its own date, a moment later.
    let timer: NodeJS.Timeout | undefined;
    world.portal.store.robot = (kind) => {
      clearTimeout(timer);
      if (kind === 'deal') timer = setTimeout(() => setDate(Number(deal.ID)), 30);
      return undefined;
    };
    world.portal.journal.clear();
    setDate(Number(deal.ID));
    for (let quiet = 0; quiet < 4; quiet += 1) {
      await new Promise((resolve) => setTimeout(resolve, 150));
      await world.settled();
    }
    const fights = world.portal.journal.calls({ write: true }).length;
    expect(fights).to.be.within(1, 4);
    world.portal.journal.clear();
    setDate(Number(deal.ID));
    await new Promise((resolve) => setTimeout(resolve, 200));
    await world.settled();
    expect(world.portal.journal.calls({ write: true })).to.deep.equal([]);
    world.portal.store.robot = null;
  });

  it('our next change is sent again', async () => {
    await world.sql(`update contracts set end_date = '2026-12-31'`);
    await world.settled();
    expect(String((await world.remoteOf(tenant, 'object', 1)).CLOSEDATE)).to.match(/^2026-12-31/);
  });

  function setDate(id: number): void {
    if (String(world.portal.records('deal').get(id).CLOSEDATE).startsWith('2030-01-01')) return;
    world.portal.records('deal').update(id, { CLOSEDATE: '2030-01-01' });
  }
});
