import { expect } from 'chai';
import { startWorld, type Tenant, unlimited, type World } from '../support/world.ts';

describe('what a sweep finds', () => {
  let world: World;
  let tenant: Tenant;

  before(async () => {
    world = await startWorld(unlimited);
    tenant = await world.addTenant();
    await world.connect(tenant);
    await world.sql(`insert into objects (tenant_id, name) select $1, 'Камаз ' || n from generate_series(1, 60) n`, [
      tenant.id,
    ]);
    await world.settled();
    await world.runJob('sweep', tenant);
    await world.settled();
  });
  after(() => world.stop());

  /** The engine is held, so that what the sweep queues can be looked at. */
  const foundPriorities = async (edited: number) => {
    // Times count whole seconds: a minute passes, so that every edit has a time of its own.
    world.portal.clock.aheadMs += 60_000;
    for (const deal of world.portal.records('deal').list().slice(0, edited)) {
      world.portal.records('deal').update(Number(deal.ID), { TITLE: `Правка ${edited} ${deal.ID}` });
    }
    await world.sql(`create or replace function hold() returns trigger language plpgsql as $$
      begin new.due_at := now() + interval '1 hour'; return new; end $$`);
    await world.sql('create trigger hold before insert on sync_queue for each row execute function hold()');
    try {
      await world.runJob('sweep', tenant);
      const rows = await world.sql<{ priority: number; count: number }>(
        `select priority, count(*)::int as count from sync_queue where side = 'bitrix24' group by 1`,
      );
      return rows;
    } finally {
      await world.sql('drop trigger hold on sync_queue');
      await world.sql('update sync_queue set due_at = now()');
      await world.settled();
    }
  };

  it('is as urgent as an event when it is little: a person waits behind no run', async () => {
    const [found, ...others] = await foundPriorities(3);
    expect(others).to.deep.equal([]);
    expect(found).to.deep.equal({ priority: 5, count: 3 });
  });

  it('waits like a run when it is much', async () => {
    const [found, ...others] = await foundPriorities(60);
    expect(others).to.deep.equal([]);
    expect(found).to.deep.equal({ priority: 20, count: 60 });
  });
});
