import { expect } from 'chai';
import { eventually } from '../support/eventually.ts';
import { callHttps } from '../support/https-caller.ts';
import { installingIn } from '../support/installing.ts';
import { startWorld, type Tenant, type World } from '../support/world.ts';

describe('an application without a menu item', () => {
  let world: World;
  let tenant: Tenant;
  let driver: ReturnType<typeof installingIn>;

  before(async () => {
    world = await startWorld({ apps: true });
    driver = installingIn(world);
    tenant = await world.addTenant();
  });
  after(() => world.stop());

  const state = async () => (await world.sql('select state, tenant_id from bitrix24_installations'))[0];

  it('calls before anybody could copy its secret: it is proved and waits, encrypted, without a company', async () => {
    driver.addApp(world.portal, { menuItem: null });
    await eventually(async () => (await state())?.state === 'pending');
    expect(await state()).to.deep.equal({ state: 'pending', tenant_id: null });
    expect(await world.sql('select * from bitrix24_connections')).to.deep.equal([]);
  });

  it('refuses a wrong secret and stores nothing', async () => {
    const [app] = world.portal.apps.list();
    if (!app) throw new Error('There is no application');
    const refused = await driver.storeKeys(tenant, app, { client_secret: 'not the secret of the card' });
    expect(refused.status).to.equal(400);
    expect(refused.body).to.include({ code: 'client_refused' });
    expect(refused.body.error).to.match(/client_id и client_secret/);
    expect(await state()).to.deep.equal({ state: 'pending', tenant_id: null });
    const [company] = await world.sql('select bitrix24_client_id from companies where id = $1', [tenant.id]);
    expect(company).to.deep.equal({ bitrix24_client_id: null });
  });

  it('becomes the company’s when the right secret arrives, and works', async () => {
    const [app] = world.portal.apps.list();
    if (!app) throw new Error('There is no application');
    const stored = await driver.storeKeys(tenant, app);
    expect(stored.status).to.equal(200);
    expect(stored.body.data).to.include({ connected: true, kind: 'installation', portal: world.portal.host });
    await driver.bound(tenant.token);
    await world.sql(`insert into objects (tenant_id, name) values ($1, 'Камаз')`, [tenant.id]);
    await world.settled();
    expect(await world.remoteOf(tenant, 'object', 1)).to.include({ TITLE: 'Камаз' });
    world.portal.records('deal').update(1, { TITLE: 'Камаз из портала' });
    await eventually(async () => (await world.sql('select name from objects'))[0]?.name === 'Камаз из портала');
  });
});

describe('an installation page that waits for the company’s secret', () => {
  let world: World;

  before(async () => {
    world = await startWorld({ apps: true });
  });
  after(() => world.stop());

  it('goes on where it was, although its token has died with the chain that proved the secret', async () => {
    const driver = installingIn(world);
    const tenant = await world.addTenant();
    const app = driver.addApp();
    const frame = app.frame();
    expect((await driver.post(frame)).status).to.equal(200);
    expect((await driver.session(frame)).body).to.include({ code: 'installation_pending' });
    await driver.storeKeys(tenant, app);
    const session = await driver.session(frame);
    expect(session.body.data).to.include({ tenant_id: tenant.id, role: 'admin' });
  });
});

describe('the authorization in a browser', () => {
  let world: World;
  let tenant: Tenant;
  let driver: ReturnType<typeof installingIn>;

  before(async () => {
    world = await startWorld({ apps: true });
    driver = installingIn(world);
    tenant = await world.addTenant();
  });
  after(() => world.stop());

  const start = (portal: string) =>
    world.call(tenant.token, 'POST', '/api/integration/bitrix24/oauth/start', { portal });

  /** The administrator's browser leaves from our page; the portal answers it, logged in as it is, with the way back. */
  async function leave(authorizeUrl: string): Promise<{ back: string; cookie: string; setCookie: string }> {
    const left = await fetch(authorizeUrl, { redirect: 'manual' });
    expect(left.status).to.equal(302);
    const { headers } = await callHttps(String(left.headers.get('location')), world.portal.caPem);
    const setCookie = String(left.headers.get('set-cookie'));
    return { back: String(headers.location), cookie: String(setCookie.split(';')[0]), setCookie };
  }

  it('needs the application’s keys first', async () => {
    expect((await start(world.portal.host)).body).to.include({ code: 'application_not_set' });
  });

  it('connects the portal, once', async () => {
    const app = driver.addApp(world.portal, { installUrl: null });
    await driver.storeKeys(tenant, app);
    const { body } = await start(world.portal.host);
    const { back, cookie, setCookie } = await leave(body.data.authorize_url);
    expect(setCookie).to.match(/^axenta_oauth=[\w-]{32}; Path=\/bitrix24; Max-Age=600; HttpOnly; SameSite=Lax$/);
    const answer = await fetch(back, { headers: { cookie } });
    expect(answer.status).to.equal(200);
    expect(await answer.text()).to.equal('Портал Битрикс24 подключён. Эту вкладку можно закрыть');
    await driver.bound(tenant.token);
    const asked = world.oauth.requests.length;
    const again = await fetch(back, { headers: { cookie } });
    expect(again.status).to.equal(400);
    expect(await again.text()).to.include('oauth_state_stale');
    expect(world.oauth.requests.length).to.equal(asked);
  });

  it('connects nothing when the way back is opened in another browser than the one that left', async () => {
    const { body } = await start(world.portal.host);
    const { back } = await leave(body.data.authorize_url);
    const other = await leave(body.data.authorize_url);
    const asked = world.oauth.requests.length;
    for (const cookie of ['', other.cookie, 'axenta_oauth=', 'axenta_oauth=guessed']) {
      const answer = await fetch(back, { headers: { cookie } });
      expect(answer.status, cookie).to.equal(400);
      expect(await answer.text()).to.include('oauth_state_stale');
    }
    expect(world.oauth.requests.length).to.equal(asked);
    // The browser that left still may come back: nothing was used up.
    expect((await fetch(other.back, { headers: { cookie: other.cookie } })).status).to.equal(200);
  });

  it('does not let a browser leave with a start that is forged, or with what only the portal should bring back', async () => {
    const { body } = await start(world.portal.host);
    const { back } = await leave(body.data.authorize_url);
    const state = String(new URL(back).searchParams.get('state'));
    for (const forged of ['', 'forged', state, String(tenant.token)]) {
      const answer = await world.call(null, 'GET', `/bitrix24/authorize?start=${encodeURIComponent(forged)}`);
      expect(answer.status, forged).to.equal(400);
      expect(answer.headers.get('set-cookie')).to.equal(null);
    }
  });

  it('refuses a state that is forged or somebody else’s', async () => {
    const answer = await world.call(null, 'GET', '/bitrix24/app?code=0123456789&state=forged');
    expect(answer.status).to.equal(400);
    expect(answer.body).to.include('Ссылка авторизации устарела, уже использована').and.to.include('oauth_state_stale');
  });

  it('tells a visitor where the app lives', async () => {
    const answer = await world.call(null, 'GET', '/bitrix24/app');
    expect(answer.body).to.include('Эта страница открывается из меню Битрикс24');
  });
});
