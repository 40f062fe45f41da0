import { expect } from 'chai';
import { startWorld, type Tenant, type World } from '../support/world.ts';

describe('3,000 rows in one SQL statement', () => {
  let world: World;
  let tenant: Tenant;

  before(async () => {
    // What is shown here is the queue; limits have a flow of their own.
    world = await startWorld({ portal: { switches: { rateLimited: false } }, bucket: { size: 1e6, drain: 1e6 } });
    tenant = await world.addTenant();
    await world.connect(tenant);
  });
  after(() => world.stop());

  it("reach the portal by themselves, in the writer's own transaction", async () => {
    await world.sql(`begin; insert into objects (tenant_id, name) values (${tenant.id}, 'Отменён'); rollback`);
    await world.sql(`insert into objects (tenant_id, name) select $1, 'Объект ' || n from generate_series(1, 3000) n`, [
      tenant.id,
    ]);
    await world.settled(50_000);
    const deals = world.portal.records('deal').list();
    expect(deals).to.have.length(3_000);
    expect(new Set(deals.map((deal) => deal.ORIGIN_ID))).to.have.property('size', 3_000);
    expect(deals.filter((deal) => deal.TITLE === 'Отменён')).to.deep.equal([]);
    expect(world.portal.journal.entries.filter((entry) => entry.error)).to.deep.equal([]);
  });
});
