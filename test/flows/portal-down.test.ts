import { expect } from 'chai';
import { eventually } from '../support/eventually.ts';
import { startWorld, type Tenant, type World } from '../support/world.ts';

describe('a portal that is down for a while', () => {
  let world: World;
  let tenant: Tenant;

  before(async () => {
    world = await startWorld({ config: { sweepIntervalSec: 20 } });
    tenant = await world.addTenant();
    await world.connectWithEvents(tenant);
    await world.sql(`insert into objects (tenant_id, name) select $1, 'Объект ' || n from generate_series(1, 120) n`, [
      tenant.id,
    ]);
    await world.settled();
  });
  after(() => world.stop());

  it('is waited for, without charging any record, and everything is caught up', async () => {
    world.portal.faults.isDown = true;
    await world.sql(`update objects set name = name || ' изменён'`);
    await eventually(async () => {
      const [connection] = await world.sql('select pause_failures, pause_reason, state from bitrix24_connections');
      expect(connection?.state).to.equal('active');
      expect(Number(connection?.pause_failures)).to.be.at.least(3);
    });
    const health = await world.call(tenant.token, 'GET', '/api/integration/bitrix24/health');
    expect(health.status).to.equal(503);
    expect(health.body).to.include({ status: 'error' });
    expect(health.body.data).to.include({ service: 'bitrix24', healthy: false });
    const charged = await world.sql('select 1 from sync_queue where attempts > 0');
    expect(charged).to.deep.equal([]);
    world.portal.faults.isDown = false;
    await world.settled(30_000);
    const deals = world.portal.records('deal').list();
    expect(deals).to.have.length(120);
    expect(deals.filter((deal) => !String(deal.TITLE).endsWith(' изменён'))).to.deep.equal([]);
    expect(await world.sql(`select * from integration_errors where status <> 'resolved'`)).to.deep.equal([]);
    const [connection] = await world.sql('select pause_failures, paused_until from bitrix24_connections');
    expect(connection).to.deep.equal({ pause_failures: 0, paused_until: null });
  });

  it('has its events of the meantime found by a sweep', async () => {
    await world.stopApp();
    const [first] = world.portal.records('deal').list();
    // Later than the last synchronisation by the portal's clock, as an edit during an outage is.
    world.portal.clock.aheadMs = 3000;
    world.portal.records('deal').update(Number(first?.ID), { TITLE: 'Изменён без события' });
    world.portal.clock.aheadMs = 0;
    await world.portal.events.settled();
    await world.startApp();
    await world.sql('update bitrix24_connections set next_sweep_at = now()');
    await eventually(
      async () => {
        const found = await world.sql(`select 1 from objects where name = 'Изменён без события'`);
        expect(found).to.have.length(1);
      },
      { timeoutMs: 15_000 },
    );
    const [watermark] = await world.sql(
      `select count(*)::int as count from sync_watermarks where seen_until > now() - interval '1 minute'`,
    );
    expect(watermark).to.deep.equal({ count: 3 });
  });
});
