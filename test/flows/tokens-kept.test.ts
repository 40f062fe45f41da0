import { expect } from 'chai';
import { type Agents, makeAgents } from '../../app/bitrix24/agents.ts';
import { makeOAuth } from '../../app/bitrix24/oauth.ts';
import { systemClock } from '../../app/lib/clock.ts';
import { makeLog } from '../../app/lib/log.ts';
import { makeSecrets } from '../../app/lib/secrets.ts';
import { connectDatabase } from '../../app/models/database.ts';
import { makeAppCredentials } from '../../app/portals/connection/app-credentials.ts';
import { makeInstallations } from '../../app/portals/install/installations.ts';
import { makeTokens } from '../../app/portals/install/tokens.ts';
import type { SimulatedApp } from '../portal/simulated-app.ts';
import { eventually } from '../support/eventually.ts';
import { installingIn } from '../support/installing.ts';
import { startWorld, type Tenant, unlimited, type World } from '../support/world.ts';

const strangers = 1250;

describe('the tokens of a working installation', function () {
  this.timeout(90_000);
  let world: World;
  let tenant: Tenant;
  let app: SimulatedApp;

  before(async () => {
    world = await startWorld({ apps: true, ...unlimited });
    tenant = await world.addTenant();
    app = await installingIn(world).install(tenant);
    await world.sql(`insert into objects (tenant_id, name) values ($1, 'Камаз')`, [tenant.id]);
    await world.settled();
  });
  after(() => world.stop());
  beforeEach(() => {
    world.oauth.tokens.expireAccess({ clientId: app.clientId });
  });
  afterEach(() => {
    world.oauth.faults.clear();
    world.oauth.switches.refreshDelayMs = 0;
  });

  const stateOf = async () => (await world.sql('select state from bitrix24_installations'))[0]?.state;
  const edit = (name: string) => world.sql('update objects set name = $1', [name]);
  const title = async () => (await world.remoteOf(tenant, 'object', 1)).TITLE;
  const refreshesSince = (before: number) => world.oauth.refreshes - before;

  /** One process of a cluster, without its limits for callers. */
  function makeProcess() {
    const log = makeLog({ level: 'fatal', format: 'json' });
    const db = connectDatabase(world.databaseUrl, log, 4);
    const secrets = makeSecrets(world.config.encryptionKeys);
    const agents: Agents = makeAgents({ allowPrivateHosts: true, extraCa: world.portal.caPem });
    const installations = makeInstallations({ db, secrets, clock: systemClock });
    const { keysOf } = makeAppCredentials({ db, secrets, marketplace: null });
    const oauth = makeOAuth({ urls: world.config.oauthUrls, agents });
    const tokens = makeTokens({ installations, oauth, keysOf, clock: systemClock, log });
    const close = async () => {
      for (const agent of Object.values(agents)) agent.destroy();
      await db.close();
    };
    return { oauth, installations, tokens, close };
  }

  it(`are refreshed at once while ${strangers} slow proofs of strangers wait`, async () => {
    world.oauth.faults.add({ method: 'app.info', action: { kind: 'delay', ms: 200 } });
    const { oauth, installations, tokens, close } = makeProcess();
    const installation = await installations.findByTenant(tenant.id);
    const used = installation && (await installations.readTokens(installation.id));
    if (!installation || !used) throw new Error('Not installed');
    let answered = 0;
    const proofs = Array.from({ length: strangers }, (_, n) =>
      oauth.appInfo(`${n}`.padStart(70, 'x')).then(
        () => (answered += 1),
        (error: unknown) => error,
      ),
    );
    await eventually(() => answered > 0);
    const before = world.oauth.refreshes;
    const token = await tokens.renew(installation, used.accessToken);
    expect(answered).to.be.lessThan(strangers / 5);
    expect((await installations.readTokens(installation.id))?.accessToken).to.equal(token);
    expect(refreshesSince(before)).to.equal(1);
    // Those that get no connection in their time were never sent, and say so.
    const failed = (await Promise.all(proofs)).filter((outcome) => typeof outcome !== 'number');
    for (const error of failed) expect(error).to.include({ code: 'portal_unreachable', uncertain: false });
    await close();
  });

  it(`survive ${strangers} installing requests with invented tokens, and records are synchronised meanwhile`, async () => {
    world.oauth.faults.add({ method: 'app.info', action: { kind: 'delay', ms: 200 } });
    let refused = 0;
    const posts = Array.from({ length: strangers }, async (_, n) => {
      const body = new URLSearchParams({
        AUTH_ID: `${n}`.padStart(70, 'y'),
        REFRESH_ID: 'z'.repeat(70),
        member_id: n.toString(16).padStart(32, '0'),
        status: 'L',
      });
      const url = `${world.config.publicUrl}/bitrix24/install?DOMAIN=a${n}.bitrix24.ru`;
      const { status } = await fetch(url, {
        method: 'POST',
        body,
        headers: { 'x-forwarded-for': `10.0.${n % 250}.1` },
      });
      if (status !== 200) refused += 1;
    });
    await edit('Правка во время наплыва');
    await eventually(async () => (await title()) === 'Правка во время наплыва', { timeoutMs: 20_000 });
    await Promise.all(posts);
    expect(refused).to.equal(strangers);
    expect(await stateOf()).to.equal('active');
    expect(world.oauth.reusedRefreshes).to.equal(0);
  });

  /** A caller who needs a fresh token, and hangs up when it has been asked for. */
  async function hangUpMeanwhile(before: number): Promise<void> {
    const [mapping] = await world.sql('select id from bitrix24_sync_mappings');
    const caller = new AbortController();
    const call = fetch(`${world.config.publicUrl}/api/integration/bitrix24/mappings/${mapping?.id}`, {
      headers: { authorization: `Bearer ${tenant.token}` },
      signal: caller.signal,
    }).catch(() => 'gone');
    await eventually(() => refreshesSince(before) === 1);
    caller.abort();
    expect(await call).to.equal('gone');
  }

  it('are stored though the caller who needed them has hung up', async () => {
    world.oauth.switches.refreshDelayMs = 700;
    const before = world.oauth.refreshes;
    await hangUpMeanwhile(before);
    await edit('После отбоя');
    await eventually(async () => (await title()) === 'После отбоя');
    expect(refreshesSince(before)).to.equal(1);
    expect(world.oauth.reusedRefreshes).to.equal(0);
  });

  it('are stored though the process stops while their answer is on its way', async () => {
    world.oauth.switches.refreshDelayMs = 1500;
    const before = world.oauth.refreshes;
    await hangUpMeanwhile(before);
    await world.stopApp();
    world.oauth.switches.refreshDelayMs = 0;
    await world.startApp();
    await edit('После остановки');
    await eventually(async () => (await title()) === 'После остановки');
    expect(refreshesSince(before)).to.equal(1);
    expect(world.oauth.reusedRefreshes).to.equal(0);
    expect(await stateOf()).to.equal('active');
  });
});
