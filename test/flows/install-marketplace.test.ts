import { expect } from 'chai';
import type { SimulatedPortal } from '../portal/portal.ts';
import { startPortal } from '../portal/portal.ts';
import type { SimulatedApp } from '../portal/simulated-app.ts';
import { installingIn } from '../support/installing.ts';
import { startWorld, type World } from '../support/world.ts';

const marketplace = { clientId: 'app.573ad8a0346747.09223434', clientSecret: 'a'.repeat(50) };

describe('the marketplace application', () => {
  let world: World;
  let second: SimulatedPortal;
  let driver: ReturnType<typeof installingIn>;

  before(async () => {
    world = await startWorld({ apps: true, config: { marketplace } });
    second = await startPortal({ oauth: world.oauth, memberId: 'b'.repeat(32) });
    driver = installingIn(world);
  });
  after(async () => {
    await second.stop();
    await world.stop();
  });

  const add = (portal: SimulatedPortal): SimulatedApp => driver.addApp(portal, { kind: 'market', ...marketplace });

  async function open(app: SimulatedApp): Promise<{ token: string; tenant_id: number }> {
    const frame = app.frame();
    expect((await driver.post(frame)).status).to.equal(200);
    return (await driver.session(frame)).body.data;
  }

  const companies = () => world.sql('select id, name from companies where deleted_at is null order by id');

  it('makes a company for each portal, named after it, and only one however often it is installed', async () => {
    const app = add(world.portal);
    const sessions = await Promise.all([open(app), open(app), open(app)]);
    expect(new Set(sessions.map((session) => session.tenant_id)).size).to.equal(1);
    expect(await companies()).to.deep.equal([{ id: sessions[0]?.tenant_id, name: world.portal.host }]);
    const other = await open(add(second));
    expect(other.tenant_id).to.not.equal(sessions[0]?.tenant_id);
    for (const token of [other.token, sessions[0]?.token ?? '']) await driver.bound(token);
    for (const portal of [world.portal, second]) portal.apps.list()[0]?.finishInstall();
  });

  it('refuses a code that is unknown, used or too old', async () => {
    const [app] = world.portal.apps.list();
    if (!app) throw new Error('There is no application');
    const answer = await join(app, 'ABCDEFGHJK');
    expect(answer.status).to.equal(404);
    expect(answer.body).to.include({ code: 'link_code_unknown' });
  });

  it('joins a company that exists already, by its one-time code', async () => {
    const [app] = world.portal.apps.list();
    if (!app) throw new Error('There is no application');
    const tenant = await world.addTenant('ООО Ромашка');
    await world.sql(`insert into objects (tenant_id, name) values ($1, 'Камаз')`, [tenant.id]);
    const { body } = await world.call(tenant.token, 'POST', '/api/integration/bitrix24/link-code');
    const code = String(body.data.code);
    expect(JSON.stringify(await world.sql('select * from bitrix24_link_codes'))).to.not.include(code);
    expect((await join(app, code, 9)).body).to.include({ code: 'user_not_allowed' });
    const joined = await join(app, `${code.slice(0, 5)}-${code.slice(5).toLowerCase()}`);
    expect(joined.body.data).to.deep.equal({ tenant_id: tenant.id });
    expect((await companies()).map(({ name }) => name)).to.have.members([second.host, 'ООО Ромашка']);
    expect((await join(app, code)).status).to.equal(404);

    const session = await open(app);
    expect(session.tenant_id).to.equal(tenant.id);
    const run = await world.call(tenant.token, 'POST', '/api/integration/bitrix24/sync/to', { all: true, wait: true });
    expect(run.body.data).to.include({ objects_synced: 1 });
    expect(world.portal.records('deal').list()).to.have.length(1);
    expect(second.records('deal').list()).to.have.length(0);
  });

  it('never joins a portal whose company holds data already', async () => {
    const [app] = second.apps.list();
    if (!app) throw new Error('There is no application');
    const { tenant_id: made } = await open(app);
    await world.sql(`insert into users (tenant_id, name) values ($1, 'Иван')`, [made]);
    const tenant = await world.addTenant('ООО Лютик');
    const { body } = await world.call(tenant.token, 'POST', '/api/integration/bitrix24/link-code');
    expect((await join(app, body.data.code)).body).to.include({ code: 'link_not_possible' });
  });

  async function join(app: SimulatedApp, code: string, userId = 1) {
    const frame = app.frame({ userId });
    const domain = new URL(frame.url).searchParams.get('DOMAIN');
    const proof = { access_token: frame.fields.AUTH_ID, domain, member_id: frame.fields.member_id };
    return world.call(null, 'POST', '/bitrix24/link', { ...proof, code });
  }
});
