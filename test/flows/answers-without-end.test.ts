import { expect } from 'chai';
import type { SimulatedPortal } from '../portal/portal.ts';
import type { StallAction } from '../portal/stalls.ts';
import { eventually } from '../support/eventually.ts';
import { startNeighbour } from '../support/second-portal.ts';
import { startWorld, type Tenant, unlimited, type World } from '../support/world.ts';

const stalls: StallAction[] = [{ kind: 'flood' }, { kind: 'flood' }, { kind: 'drip', everyMs: 2000 }, { kind: 'hang' }];

describe('four portals whose answers never end, and an honest one', function () {
  this.timeout(120_000);
  let world: World;
  let honest: Tenant;
  const hostile: { tenant: Tenant; portal: SimulatedPortal }[] = [];

  before(async () => {
    world = await startWorld({
      ...unlimited,
      apps: true,
      config: { syncConcurrency: 4 },
      patience: { readMs: 2000, writeMs: 2500 },
    });
    honest = await world.addTenant('ООО Ромашка');
    await world.connect(honest);
    for (const [n, stall] of stalls.entries()) {
      const portal = await startNeighbour(world, `Бездна ${n}`);
      portal.switches.rateLimited = false;
      const tenant = await world.addTenant(`ООО Бездна ${n}`);
      const body = { webhook_url: portal.addWebhook().url };
      const answer = await world.call(tenant.token, 'POST', '/api/integration/bitrix24/setup', body);
      expect(answer.status, JSON.stringify(answer.body)).to.equal(200);
      portal.faults.stall = stall;
      hostile.push({ tenant, portal });
    }
  });
  after(async () => {
    await Promise.all(hostile.map(({ portal }) => portal.stop()));
    await world.stop();
  });

  it('the honest one is synchronised within five seconds, memory stays flat, the others are told of', async () => {
    const memory = process.memoryUsage.rss();
    let most = memory;
    const watch = setInterval(() => (most = Math.max(most, process.memoryUsage.rss())), 50);
    for (const { tenant } of hostile) {
      await world.sql(`insert into objects (tenant_id, name) select $1, 'О' || n from generate_series(1, 100) n`, [
        tenant.id,
      ]);
    }
    await eventually(() => hostile.every(({ portal }) => portal.workers.inFlight > 0), { timeoutMs: 10_000 });
    const startedAt = performance.now();
    await world.sql(`insert into objects (tenant_id, name) values ($1, 'Честный')`, [honest.id]);
    await eventually(() => world.portal.records('deal').list().length === 1, { timeoutMs: 20_000 });
    expect(performance.now() - startedAt).to.be.lessThan(5000);

    for (const { tenant } of hostile) {
      await eventually(
        async () => {
          const { body } = await world.call(tenant.token, 'GET', '/api/integration/bitrix24/health?live=false');
          expect(body.data.status).to.be.oneOf(['degraded', 'down']);
        },
        { timeoutMs: 60_000 },
      );
    }
    clearInterval(watch);
    expect(most - memory).to.be.lessThan(400_000_000);
    const { body } = await world.call(honest.token, 'GET', '/api/integration/bitrix24/health?live=false');
    expect(body.data.status).to.equal('healthy');
  });
});
