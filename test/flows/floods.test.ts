import { expect } from 'chai';
import qs from 'qs';
import { standardRates } from '../../app/http/rate-limits.ts';
import type { SimulatedApp } from '../portal/simulated-app.ts';
import { eventually } from '../support/eventually.ts';
import { installingIn } from '../support/installing.ts';
import { startWorld, type Tenant, type World } from '../support/world.ts';

const form = { 'content-type': 'application/x-www-form-urlencoded' };
let tokens = 0;
const randomToken = () => `${String(++tokens).padStart(8, '0')}${'a'.repeat(62)}`;

/** An installed app, and a stranger with one address. */
function story(rates?: typeof standardRates) {
  const context = {} as {
    world: World;
    driver: ReturnType<typeof installingIn>;
    tenant: Tenant;
    app: SimulatedApp;
    post(path: string, fields: object, headers?: object): Promise<Response>;
    install(memberId?: string, headers?: object): Promise<Response>;
    forgedEvent(): Promise<Response>;
  };
  before(async function () {
    this.timeout(60_000);
    const limits = { portal: { switches: { rateLimited: false } }, bucket: { size: 1000, drain: 1000 } };
    context.world = await startWorld({ apps: true, ...limits, ...(rates && { rates }) });
    const { world } = context;
    context.driver = installingIn(world);
    context.tenant = await world.addTenant();
    context.app = await context.driver.install(context.tenant);
    await world.sql(`insert into objects (tenant_id, name) values ($1, 'Камаз')`, [context.tenant.id]);
    await world.settled();
    context.post = (path, fields, headers = {}) =>
      fetch(`http://127.0.0.1:${world.port}${path}`, {
        method: 'POST',
        headers: { ...form, ...headers },
        body: qs.stringify(fields),
      });
    context.install = (memberId = 'f'.repeat(32), headers = {}) =>
      context.post(
        '/bitrix24/install?DOMAIN=stranger.bitrix24.ru',
        { AUTH_ID: randomToken(), REFRESH_ID: randomToken(), member_id: memberId },
        headers,
      );
    context.forgedEvent = () =>
      context.post('/bitrix24/events', {
        event: 'ONCRMDEALUPDATE',
        data: { FIELDS: { ID: 1 } },
        auth: { member_id: world.portal.memberId, application_token: randomToken() },
      });
  });
  after(() => context.world.stop());
  return context;
}

const nameOf = async (world: World) => (await world.sql('select name from objects where id = 1'))[0]?.name;

describe('a flood of installations with invented tokens', () => {
  const context = story();

  it('neither ends a token chain nor delays honest traffic, and asks the authorization server a few at a time', async function () {
    this.timeout(60_000);
    const { world, app, tenant, driver, install } = context;
    const removeDelay = world.oauth.faults.add({ method: 'app.info', action: { kind: 'delay', ms: 200 } });
    const asked = world.oauth.requests.length;
    const flood = Array.from({ length: 1250 }, () => install().then(({ status }) => status));
    for (let round = 1; round <= 3; round++) {
      world.oauth.tokens.expireAccess({ clientId: app.clientId });
      const startedAt = performance.now();
      await world.sql('update objects set name = $1 where id = 1', [`Раунд ${round}`]);
      await eventually(async () => (await world.remoteOf(tenant, 'object', 1))?.TITLE === `Раунд ${round}`, {
        timeoutMs: 15_000,
      });
      expect(performance.now() - startedAt).to.be.below(10_000);
    }
    const session = await driver.session(app.frame());
    expect(session.status, JSON.stringify(session.body)).to.equal(200);
    const statuses = await Promise.all(flood);
    expect(new Set(statuses)).to.deep.equal(new Set([403, 503]));
    const refreshes = world.oauth.requests.slice(asked).filter(({ kind }) => kind === 'refresh_token');
    expect(refreshes.length).to.be.at.least(3);
    expect(world.oauth.requests.slice(asked).filter(({ kind }) => kind === 'app.info').length).to.be.below(600);
    const [row] = await world.sql('select state from bitrix24_installations where member_id = $1', [
      world.portal.memberId,
    ]);
    expect(row).to.deep.equal({ state: 'active' });
    removeDelay();
  });

  it('asks about one token once, however many show it at the same time', async () => {
    const { world, post } = context;
    const removeDelay = world.oauth.faults.add({ method: 'app.info', action: { kind: 'delay', ms: 300 } });
    const asked = world.oauth.requests.length;
    const fields = { AUTH_ID: randomToken(), REFRESH_ID: randomToken(), member_id: 'e'.repeat(32) };
    const answers = await Promise.all(
      Array.from({ length: 20 }, () => post('/bitrix24/install?DOMAIN=stranger.bitrix24.ru', fields)),
    );
    expect(answers.map(({ status }) => status)).to.deep.equal(Array(20).fill(403));
    expect(world.oauth.requests.length - asked).to.equal(1);
    removeDelay();
  });
});

describe('a company that asks without end', () => {
  let world: World;
  before(async () => {
    world = await startWorld({ rates: { ...standardRates, apiByTenant: { points: 20, seconds: 60 } } });
  });
  after(() => world.stop());

  it('is told to wait, while another company goes on', async () => {
    const list = (token: string) => world.call(token, 'GET', '/api/objects');
    const { token } = await world.addTenant();
    const answers = await Promise.all(Array.from({ length: 40 }, () => list(token)));
    const refused = answers.filter(({ status }) => status === 429);
    expect(refused).to.have.length(20);
    expect(refused[0]?.body).to.include({ status: 'error', code: 'too_many_requests' });
    expect(Number(refused[0]?.headers.get('retry-after'))).to.be.within(1, 60);
    const other = await world.addTenant('ООО Василёк');
    expect((await list(other.token)).status).to.equal(200);
  });
});

describe('a caller who asks too often', () => {
  const context = story(standardRates);
  const { points } = standardRates.installByAddress;

  it('is refused at the installation page with a sentence, and no authorization server is asked any more', async () => {
    const { world, install, app } = context;
    // The app itself was installed from this address before.
    for (let n = 1; n < points; n++) expect((await install()).status).to.equal(403);
    const asked = world.oauth.requests.length;
    const refusal = await install(undefined, { 'accept-language': 'en' });
    expect(refusal.status).to.equal(429);
    expect(Number(refusal.headers.get('retry-after'))).to.be.within(1, 60);
    expect(await refusal.text())
      .to.include('Too many requests in a row')
      .and.include('too_many_requests');
    const data = { VERSION: 1 };
    const proof = { access_token: randomToken(), refresh_token: randomToken(), application_token: randomToken() };
    const installing = { event: 'ONAPPINSTALL', data, auth: { ...proof, member_id: 'd'.repeat(32) } };
    for (const path of ['/bitrix24/events', '/bitrix24/install'])
      expect((await context.post(path, installing)).status, path).to.equal(429);
    const updating = { event: 'ONAPPUPDATE', data, auth: { ...proof, member_id: world.portal.memberId } };
    const renewing = await context.post('/bitrix24/events', updating);
    expect(renewing.status).to.equal(429);
    expect(world.oauth.requests.length).to.equal(asked);
    // The app of a portal that is known needs no proof to be opened.
    const frame = app.frame();
    const url = new URL(frame.url);
    url.pathname = '/bitrix24/app';
    expect((await context.driver.post({ ...frame, url: url.href })).status).to.equal(200);
    expect((await context.driver.session(frame)).status).to.equal(200);
  });

  it('gains nothing by an X-Forwarded-For of its own', async () => {
    for (let n = 1; n <= 3; n++) {
      const answer = await context.install(undefined, { 'x-forwarded-for': `198.51.100.${n}` });
      expect(answer.status).to.equal(429);
    }
  });

  it('is refused with forged events, while those of the portal that come from the same address are stored', async function () {
    this.timeout(60_000);
    const { world, forgedEvent } = context;
    const flood = Array.from({ length: standardRates.refusedEventByAddress.points + 100 }, () => forgedEvent());
    world.portal.records('deal').update(1, { TITLE: 'Из портала' });
    const statuses = (await Promise.all(flood)).map(({ status }) => status);
    expect(statuses.filter((status) => status === 403)).to.have.length(standardRates.refusedEventByAddress.points);
    expect(statuses.filter((status) => status === 429)).to.have.length(100);
    await eventually(async () => (await nameOf(world)) === 'Из портала');
    world.portal.records('deal').update(1, { TITLE: 'Ещё раз из портала' });
    await eventually(async () => (await nameOf(world)) === 'Ещё раз из портала');
  });

  it('is refused at the set-up after ten tries a minute, also after a restart of the server', async function () {
    this.timeout(60_000);
    const { world } = context;
    const other = await world.addTenant('ООО Василёк');
    const setUp = () =>
      world.call(other.token, 'POST', '/api/integration/bitrix24/setup', {
        webhook_url: other.webhookUrl.replace(/[^/]+\/$/, 'wrongsecret/'),
      });
    for (let n = 0; n < 10; n++) expect((await setUp()).status).to.not.equal(429);
    const refusal = await setUp();
    expect(refusal.status).to.equal(429);
    expect(refusal.body).to.include({ status: 'error', code: 'too_many_requests' });
    expect(Number(refusal.headers.get('retry-after'))).to.be.within(1, 60);
    await world.stopApp();
    await world.startApp();
    expect((await setUp()).status).to.equal(429);
    // What asks no other server goes on.
    const stored = { client_id: 'local.1', outgoing_token: null };
    expect((await world.call(other.token, 'POST', '/api/integration/bitrix24/setup', stored)).status).to.equal(200);
  });
});
