import { expect } from 'chai';
import sinon from 'sinon';
import { makeOAuth, type OAuth } from '../../app/bitrix24/oauth.ts';
import { makeSsrfAgent, trustAlso } from '../../app/bitrix24/ssrf-agent.ts';
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
import { startWorld, type Tenant, type World } from '../support/world.ts';

describe('tokens of an installation', () => {
  let world: World;
  let tenant: Tenant;
  let app: SimulatedApp;
  let driver: ReturnType<typeof installingIn>;

  before(async () => {
    world = await startWorld({
      apps: true,
      portal: { switches: { rateLimited: false } },
      bucket: { size: 1000, drain: 1000 },
    });
    driver = installingIn(world);
    tenant = await world.addTenant();
    app = await driver.install(tenant);
    await world.sql(`insert into objects (tenant_id, name) select $1, 'Камаз ' || n from generate_series(1, 20) n`, [
      tenant.id,
    ]);
    await world.settled();
  });
  after(() => world.stop());
  afterEach(() => {
    sinon.restore();
    world.oauth.faults.clear();
  });

  const stateOf = async () => (await world.sql('select state from bitrix24_installations'))[0]?.state;
  const titleOf = async (id: number) => (await world.remoteOf(tenant, 'object', id)).TITLE;
  const refreshed = async (action: () => Promise<unknown>): Promise<number> => {
    const before = world.oauth.refreshes;
    await action();
    return world.oauth.refreshes - before;
  };

  /** What each process of a cluster has for itself. */
  function makeProcess(oauthOfTest: Partial<OAuth> = {}) {
    const log = makeLog({ level: 'fatal', format: 'json' });
    const db = connectDatabase(world.databaseUrl, log, 4);
    const secrets = makeSecrets(world.config.encryptionKeys);
    const agent = makeSsrfAgent({ allowPrivateHosts: true, extra: trustAlso(world.portal.caPem) });
    const installations = makeInstallations({ db, secrets, clock: systemClock });
    const { keysOf } = makeAppCredentials({ db, secrets, marketplace: null });
    const oauth = Object.assign(
      makeOAuth({ urls: world.config.oauthUrls, agents: { proofs: agent, tokens: agent } }),
      oauthOfTest,
    );
    const tokens = makeTokens({ installations, oauth, keysOf, clock: systemClock, log });
    return { installations, tokens, close: () => db.close() };
  }

  it('are told of by their age, and not by themselves', async () => {
    await world.sql(`update bitrix24_installations set refreshed_at = now() - interval '90 seconds'`);
    const { body } = await world.call(tenant.token, 'GET', '/api/integration/bitrix24/health?live=false');
    expect(body.data.connection.token).to.have.all.keys('refreshed_at', 'age_sec');
    expect(body.data.connection.token.age_sec).to.be.within(90, 120);
  });

  it('are not lost when PostgreSQL goes away just before it takes them', async () => {
    const { installations, tokens, close } = makeProcess();
    const installation = await installations.findByTenant(tenant.id);
    const used = installation && (await installations.readTokens(installation.id));
    if (!installation || !used) throw new Error('Not installed');
    const away = new Error('Connection terminated unexpectedly');
    sinon.stub(installations, 'storeTokens').onFirstCall().rejects(away).callThrough();
    sinon.stub(installations, 'releaseRefresh').onFirstCall().rejects(away).callThrough();
    const count = await refreshed(async () => {
      const failure = await tokens.renew(installation, used.accessToken).catch((error: unknown) => error);
      expect(failure).to.equal(away);
      const token = await tokens.renew(installation, used.accessToken);
      expect((await installations.readTokens(installation.id))?.accessToken).to.equal(token);
    });
    expect(count).to.equal(1);
    await close();
  });

  it('are refreshed once in the whole cluster, whoever asks', async () => {
    const processes = [1, 2, 3, 4].map(() => makeProcess());
    // The others ask while the answer of the first is on its way.
    world.oauth.switches.refreshDelayMs = 300;
    const [first] = processes;
    const installation = await first?.installations.findByTenant(tenant.id);
    const used = installation && (await first?.installations.readTokens(installation.id));
    if (!installation || !used) throw new Error('Not installed');
    const given = new Set<string>();
    const count = await refreshed(async () => {
      const asked = processes.flatMap(({ tokens }) =>
        Array.from({ length: 50 }, () => tokens.renew(installation, used.accessToken)),
      );
      for (const token of await Promise.all(asked)) given.add(token);
    });
    expect(count).to.equal(1);
    expect([...given]).to.have.length(1);
    expect([...given][0]).to.not.equal(used.accessToken);
    // A refresh token that is used twice would end the chain.
    expect(world.oauth.reusedRefreshes).to.equal(0);
    world.oauth.switches.refreshDelayMs = 0;
    for (const one of processes) await one.close();
  });

  it('of another portal, in the answer to a refresh, are refused and stored nowhere', async () => {
    const foreign = {
      oauthUrl: world.oauth.origin,
      accessToken: 'a'.repeat(70),
      refreshToken: 'b'.repeat(70),
      memberId: 'another-portal',
      host: 'another.bitrix24.ru',
      userId: 1,
    };
    const process = makeProcess({ refresh: async () => foreign });
    const stored = () => world.sql('select * from bitrix24_installations');
    const before = await stored();
    const installation = await process.installations.findByTenant(tenant.id);
    const used = installation && (await process.installations.readTokens(installation.id));
    if (!installation || !used) throw new Error('Not installed');
    const refused = await process.tokens.renew(installation, used.accessToken).catch((error: unknown) => error);
    expect(refused).to.include({ code: 'token_chain_dead' });
    expect(String(refused)).to.include('another_portal');
    expect(await stored()).to.deep.equal(before);
    await process.close();
  });

  it('are not refreshed while they work', async () => {
    const count = await refreshed(async () => {
      await world.sql(`update objects set name = name || ' а'`);
      await world.settled();
    });
    expect(count).to.equal(0);
  });

  it('are refreshed when the portal says that they have expired, once for fifty calls in flight', async () => {
    const ids = (await world.sql('select id from bitrix24_sync_mappings order by id')).map(({ id }) => id);
    world.oauth.tokens.expireAccess({ clientId: app.clientId });
    const count = await refreshed(async () => {
      const calls = Array.from({ length: 50 }, (_, n) =>
        world.call(tenant.token, 'GET', `/api/integration/bitrix24/mappings/${ids[n % ids.length]}`),
      );
      await world.sql(`update objects set name = 'После часа' where id = 1`);
      for (const answer of await Promise.all(calls)) expect(answer.status).to.equal(200);
      await eventually(async () => (await titleOf(1)) === 'После часа');
    });
    expect(count).to.equal(1);
  });

  it('wait for an authorization server that is down, and charge no record for it', async () => {
    world.oauth.faults.isDown = true;
    world.oauth.tokens.expireAccess({ clientId: app.clientId });
    await world.sql(`update objects set name = 'Сервер вернулся' where id = 2`);
    await eventually(async () => {
      const [row] = await world.sql('select pause_failures from bitrix24_connections');
      return Number(row?.pause_failures) > 0;
    });
    world.oauth.faults.isDown = false;
    await eventually(async () => (await titleOf(2)) === 'Сервер вернулся');
    expect(await stateOf()).to.equal('active');
    expect(await world.sql(`select 1 from integration_errors where status = 'failed'`)).to.deep.equal([]);
  });

  it('end when the answer of a refresh is lost: one error, no retries, and an administrator brings them back', async () => {
    world.oauth.faults.add({ method: 'refresh_token', times: 1, action: { kind: 'dropAfter' } });
    world.oauth.tokens.expireAccess({ clientId: app.clientId });
    await world.sql(`update objects set name = 'Цепочка оборвана' where id = 3`);
    await eventually(async () => (await stateOf()) === 'suspended');
    const errors = await world.sql(`select code, message from integration_errors where status <> 'resolved'`);
    expect(errors).to.have.length(1);
    expect(errors[0]).to.include({ code: 'token_chain_dead' });
    expect(errors[0]?.message).to.match(/Переустановить/);
    // What was under way when the chain ended has come to its end.
    await world.runJob('reconcile', tenant);
    const asked = world.oauth.requests.length;
    await world.runJob('reconcile', tenant);
    expect(world.oauth.requests.length).to.equal(asked);
    expect((await driver.post(app.frame())).status).to.equal(200);
    await eventually(async () => (await titleOf(3)) === 'Цепочка оборвана');
    expect(await stateOf()).to.equal('active');
  });

  it('of employees who open the app never replace the administrator’s', async () => {
    const [before] = await world.sql('select token_user_id, token_version from bitrix24_installations');
    for (const userId of [7, 9]) {
      const frame = app.frame({ userId });
      expect((await driver.post(frame)).status).to.equal(200);
      expect((await driver.session(frame)).body.data).to.include({ role: 'user', user_id: userId });
    }
    const [after] = await world.sql('select token_user_id, token_version from bitrix24_installations');
    expect(after).to.deep.equal(before);
  });
});
