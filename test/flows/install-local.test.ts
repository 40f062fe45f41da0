import { expect } from 'chai';
import { eventually } from '../support/eventually.ts';
import { installingIn } from '../support/installing.ts';
import { startWorld, type Tenant, type World } from '../support/world.ts';

const tables = ['bitrix24_installations', 'bitrix24_connections', 'companies'];

describe("a company's own application", () => {
  let world: World;
  let tenant: Tenant;
  let driver: ReturnType<typeof installingIn>;

  before(async () => {
    world = await startWorld({ apps: true });
    driver = installingIn(world);
    tenant = await world.addTenant();
    await world.sql(`insert into objects (tenant_id, name) select $1, 'Камаз ' || n from generate_series(1, 5) n`, [
      tenant.id,
    ]);
  });
  after(() => world.stop());

  it('is installed from its page: proved, connected, subscribed', async () => {
    const app = driver.addApp();
    expect((await driver.storeKeys(tenant, app)).status).to.equal(200);
    const frame = app.frame();
    const opened = await driver.post(frame);
    expect(opened.status).to.equal(200);
    expect(opened.headers.get('content-security-policy')).to.include(`frame-ancestors https://${world.portal.host}`);
    expect(opened.headers.get('x-frame-options')).to.equal(null);
    expect(opened.headers.get('set-cookie')).to.equal(null);
    expect(opened.text).to.not.include(frame.fields.AUTH_ID);

    const session = await driver.session(frame);
    expect(session.status).to.equal(200);
    expect(session.body.data).to.include({ tenant_id: tenant.id, role: 'admin', user_id: 1, is_portal_admin: true });
    const installation = await driver.bound(session.body.data.token);
    expect(installation).to.include({ state: 'active', portal: world.portal.host, member_id: world.portal.memberId });

    const bound = app.record.bindings.filter((binding) => !binding.isOffline).map((binding) => binding.event);
    expect(bound).to.include.members([
      'ONCRMDEALADD',
      'ONCRMDEALMOVETOCATEGORY',
      'ONCRMCONTACTUPDATE',
      'ONCRMCOMPANYDELETE',
      'ONCRMDEALUSERFIELDDELETE',
      'ONAPPUNINSTALL',
    ]);
    expect(app.record.bindings.filter((binding) => binding.isOffline)).to.have.length(10);
    expect(app.record.placements.map(({ placement }) => placement)).to.have.members([
      'CRM_DEAL_DETAIL_TAB',
      'CRM_CONTACT_DETAIL_TAB',
      'CRM_COMPANY_DETAIL_TAB',
    ]);
    app.finishInstall();
  });

  it('synchronises, and hears of what people change in the portal', async () => {
    const started = await world.call(tenant.token, 'POST', '/api/integration/bitrix24/sync/to', {
      all: true,
      wait: true,
    });
    expect(started.body.data).to.include({ objects_synced: 5 });
    const deal = await world.remoteOf(tenant, 'object', 1);
    world.portal.records('deal').update(Number(deal.ID), { TITLE: 'Камаз из портала' });
    await eventually(async () => {
      const [row] = await world.sql('select name from objects where id = 1');
      return row?.name === 'Камаз из портала';
    });
  });

  it('changes nothing when the page is reloaded and the app reinstalled', async () => {
    const [app] = world.portal.apps.list();
    if (!app) throw new Error('There is no application');
    const before = await world.sql('select id, tenant_id, member_id, state from bitrix24_installations');
    const bindings = app.record.bindings.length;
    for (let time = 0; time < 2; time += 1) {
      expect((await driver.post(app.frame())).status).to.equal(200);
    }
    app.reinstall();
    expect((await driver.post(app.frame())).status).to.equal(200);
    await eventually(() => app.record.bindings.length >= bindings && app.record.placements.length >= 3);
    app.finishInstall();
    expect(await world.sql('select id, tenant_id, member_id, state from bitrix24_installations')).to.deep.equal(before);
    expect(app.record.placements).to.have.length(3);
  });

  it('is opened by an employee, who may change records but no settings', async () => {
    const [app] = world.portal.apps.list();
    if (!app) throw new Error('There is no application');
    const [before] = await world.sql('select token_version from bitrix24_installations');
    const frame = app.frame({ userId: 9 });
    expect((await driver.post(frame)).status).to.equal(200);
    const { body } = await driver.session(frame);
    expect(body.data).to.include({ role: 'user', user_id: 9, is_portal_admin: false });
    const refused = await world.call(body.data.token, 'PUT', '/api/integration/bitrix24/settings', {});
    expect(refused.status).to.equal(403);
    // The employee's own pair has not replaced the administrator's.
    expect((await world.sql('select token_version from bitrix24_installations'))[0]).to.deep.equal(before);
  });

  it('opens in multipart frames, and in frames of older portals', async () => {
    const [app] = world.portal.apps.list();
    if (!app) throw new Error('There is no application');
    const frame = app.frame({ encoding: 'multipart', newerFields: false });
    expect((await driver.post(frame)).status).to.equal(200);
    expect((await driver.session(frame)).status).to.equal(200);
    const tab = app.frame({ placement: 'CRM_DEAL_DETAIL_TAB', options: { ID: '1' } });
    const opened = await driver.post(tab);
    expect(opened.status).to.equal(200);
    expect(opened.headers.get('content-security-policy')).to.include(`frame-ancestors https://${world.portal.host}`);
  });

  it('keeps its secrets to itself', async () => {
    const [app] = world.portal.apps.list();
    if (!app) throw new Error('There is no application');
    const stored = JSON.stringify(await Promise.all(tables.map((table) => world.sql(`select * from ${table}`))));
    const tokens = world.oauth.tokens
      .snapshot(world.portal.memberId)
      .flatMap(({ access, refresh }) => [access, refresh]);
    for (const secret of [app.clientSecret, app.applicationToken, ...tokens]) {
      expect(stored).to.not.include(secret);
      expect(world.lines.join('\n')).to.not.include(secret);
    }
  });
});
