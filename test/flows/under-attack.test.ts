import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'chai';
import type { SimulatedPortal } from '../portal/portal.ts';
import type { SimulatedApp } from '../portal/simulated-app.ts';
import { eventually } from '../support/eventually.ts';
import { installingIn } from '../support/installing.ts';
import { startNeighbour } from '../support/second-portal.ts';
import { startWorld, type Tenant, unlimited, type World } from '../support/world.ts';

const callers = 600;
const mostMs = 5000;
const mostBytes = 200_000_000;

describe(`${callers} callers at the install address and a portal that streams without end`, function () {
  this.timeout(120_000);
  let world: World;
  let installed: Tenant;
  let connected: Tenant;
  let app: SimulatedApp;
  let hostile: { tenant: Tenant; portal: SimulatedPortal };
  let isOver = false;
  let flood: Promise<unknown>;
  let memory: number;
  let most = 0;
  let watch: NodeJS.Timeout;

  before(async () => {
    world = await startWorld({ ...unlimited, apps: true });
    installed = await world.addTenant('ООО Ромашка');
    app = await installingIn(world).install(installed);
    const portal = await startNeighbour(world, 'Бездна');
    portal.switches.rateLimited = false;
    connected = await world.addTenant('ООО Василёк');
    await world.connect(connected);
    hostile = { tenant: await world.addTenant('ООО Бездна'), portal };
    const body = { webhook_url: portal.addWebhook().url };
    await world.call(hostile.tenant.token, 'POST', '/api/integration/bitrix24/setup', body);
    for (const { id } of [installed, connected])
      await world.sql(`insert into objects (tenant_id, name) values ($1, 'Камаз')`, [id]);
    await world.settled();
    world.oauth.faults.add({ method: 'app.info', action: { kind: 'delay', ms: 200 } });
    portal.faults.stall = { kind: 'flood' };
    memory = process.memoryUsage.rss();
    watch = setInterval(() => {
      most = Math.max(most, process.memoryUsage.rss() - memory);
    }, 50);
    await world.sql(`insert into objects (tenant_id, name) select $1, 'О' || n from generate_series(1, 100) n`, [
      hostile.tenant.id,
    ]);
    flood = Promise.all(Array.from({ length: callers }, (_, n) => callAgain(n)));
    await eventually(() => portal.workers.inFlight > 0);
  });
  after(async () => {
    isOver = true;
    clearInterval(watch);
    await flood;
    await hostile.portal.stop();
    await world.stop();
  });

  /** One caller that never gives up, with another invented token each time. */
  async function callAgain(n: number): Promise<void> {
    for (let turn = 0; !isOver; turn += 1) {
      const body = new URLSearchParams({
        AUTH_ID: `${n}x${turn}`.padStart(70, 'a'),
        REFRESH_ID: 'b'.repeat(70),
        member_id: n.toString(16).padStart(32, '0'),
      });
      const url = `http://127.0.0.1:${world.port}/bitrix24/install?DOMAIN=a${n}.bitrix24.ru`;
      const { status } = await fetch(url, { method: 'POST', body });
      expect(status).to.be.oneOf([403, 429, 503]);
      await sleep(1000);
    }
  }

  const titles = () =>
    world.portal
      .records('deal')
      .list()
      .map(({ TITLE }) => TITLE);

  it('honest companies are synchronised within five seconds, also when their tokens have to be renewed', async () => {
    for (let round = 1; round <= 3; round += 1) {
      world.oauth.tokens.expireAccess({ clientId: app.clientId });
      const startedAt = performance.now();
      await world.sql(`update objects set name = $1 || tenant_id where tenant_id = any($2)`, [
        `Раунд ${round}, `,
        [installed.id, connected.id],
      ]);
      await eventually(
        () => {
          expect(titles()).to.include.members([`Раунд ${round}, ${installed.id}`, `Раунд ${round}, ${connected.id}`]);
        },
        { timeoutMs: 20_000 },
      );
      expect(performance.now() - startedAt, `round ${round}`).to.be.below(mostMs);
    }
  });

  it('no refresh token is used twice, and memory grows by little', () => {
    expect(world.oauth.reusedRefreshes).to.equal(0);
    expect(most / 1e6, 'MB').to.be.below(mostBytes / 1e6);
  });

  it('afterwards every installation works, and the portal that streamed is synchronised like any other', async () => {
    isOver = true;
    await flood;
    world.oauth.faults.clear();
    hostile.portal.faults.clear();
    const opened = await installingIn(world).session(app.frame());
    expect(opened.status, JSON.stringify(opened.body)).to.equal(200);
    expect(await world.sql('select state from bitrix24_installations')).to.deep.equal([{ state: 'active' }]);
    await eventually(
      async () => {
        await world.skipWaits();
        expect(hostile.portal.records('deal').list()).to.have.length(100);
      },
      { timeoutMs: 60_000, everyMs: 500 },
    );
  });
});
