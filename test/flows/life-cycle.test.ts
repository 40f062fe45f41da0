import { expect } from 'chai';
import type { SimulatedApp } from '../portal/simulated-app.ts';
import { eventually } from '../support/eventually.ts';
import { installingIn } from '../support/installing.ts';
import { startWorld, type Tenant, unlimited, type World } from '../support/world.ts';

describe('the life of an installation', () => {
  let world: World;
  let tenant: Tenant;
  let app: SimulatedApp;
  let driver: ReturnType<typeof installingIn>;

  beforeEach(async () => {
    world = await startWorld({ apps: true, ...unlimited });
    driver = installingIn(world);
    tenant = await world.addTenant();
    app = await driver.install(tenant);
    await world.sql(`insert into objects (tenant_id, name) select $1, 'Камаз ' || n from generate_series(1, 3) n`, [
      tenant.id,
    ]);
    await world.settled();
  });
  afterEach(() => world.stop());

  const stateOf = async () => (await world.sql('select state from bitrix24_installations'))[0]?.state;
  const becomes = (state: string) => eventually(async () => (await stateOf()) === state);
  const count = async (table: string) => Number((await world.sql(`select count(*) as count from ${table}`))[0]?.count);
  const health = () => world.call(tenant.token, 'GET', '/api/integration/bitrix24/health');
  const rename = (name: string) => world.sql('update objects set name = $1 where id = 1', [name]);
  const titleOf = async () => (await world.remoteOf(tenant, 'object', 1)).TITLE;

  it('ends with an uninstallation: tokens and sessions go, mappings stay, nothing is queued', async () => {
    const frame = app.frame();
    const { body } = await driver.session(frame);
    app.uninstall({ clean: false });
    await becomes('uninstalled');
    const [row] = await world.sql(
      'select access_token, refresh_token, application_token_digest, offline from bitrix24_installations',
    );
    expect(row).to.deep.equal({
      access_token: null,
      refresh_token: null,
      application_token_digest: null,
      offline: 'none',
    });
    expect(await count('bitrix24_sync_mappings')).to.equal(3);
    await rename('После удаления');
    expect(await count('sync_queue')).to.equal(0);
    const refused = await world.call(body.data.token, 'GET', '/api/integration/bitrix24/mappings');
    expect(refused.status).to.equal(403);
    expect((await health()).body).to.include({ code: 'not_configured' });
  });

  it('ends with everything erased when the portal asks for that, and begins anew', async () => {
    app.uninstall({ clean: true });
    await becomes('uninstalled');
    expect(await count('bitrix24_sync_mappings')).to.equal(0);
    expect(await count('objects')).to.equal(3);
    await driver.install(tenant);
    expect(await stateOf()).to.equal('active');
  });

  it('goes on after a reinstallation: what changed meanwhile is caught up, no deal is doubled', async () => {
    app.uninstall({ clean: false });
    await becomes('uninstalled');
    await rename('Пока приложения не было');
    await driver.install(tenant);
    await eventually(async () => (await titleOf()) === 'Пока приложения не было');
    expect(world.portal.records('deal').list()).to.have.length(3);
  });

  it('hands over to a webhook of the same portal', async () => {
    await world.connect(tenant);
    expect((await health()).body.data.connection).to.include({ kind: 'installation' });
    app.uninstall({ clean: true });
    await becomes('uninstalled');
    expect((await health()).body.data.connection).to.include({ kind: 'webhook' });
    // The links belong to the portal, which is still connected.
    expect(await count('bitrix24_sync_mappings')).to.equal(3);
    await rename('Через вебхук');
    await eventually(async () => (await titleOf()) === 'Через вебхук');
  });

  it('is ended by the company: the portal is asked to call no more', async () => {
    const answer = await world.call(tenant.token, 'DELETE', '/api/integration/bitrix24/installation');
    expect(answer.body.data).to.deep.equal({ disconnected: true });
    expect(await stateOf()).to.equal('uninstalled');
    expect(app.record.bindings.filter(({ isOffline }) => !isOffline)).to.deep.equal([]);
    expect(app.record.placements).to.deep.equal([]);
  });

  it('follows a portal to its new address, once the authorization server confirms it', async () => {
    await world.portal.rename();
    await rename('По новому адресу');
    await eventually(async () => (await titleOf()) === 'По новому адресу', { timeoutMs: 20_000 });
    expect((await health()).body.data.connection).to.include({ portal: world.portal.host });
    world.portal.records('deal').update(1, { TITLE: 'С нового адреса' });
    await eventually(
      async () => (await world.sql('select name from objects where id = 1'))[0]?.name === 'С нового адреса',
    );
  });

  const troubles: [string, () => void, () => void, string][] = [
    ['access is restricted to others', () => app.restrict([7]), () => app.restrict(null), 'user_access_error'],
    [
      'the portal’s plan is not paid',
      () => world.portal.setPlan({ rest: false }),
      () => world.portal.setPlan({ rest: true }),
      'ACCESS_DENIED',
    ],
    [
      'the subscription has ended',
      () => world.portal.setPlan({ rest: false, refusal: 'PAYMENT_REQUIRED' }),
      () => world.portal.setPlan({ rest: true }),
      'PAYMENT_REQUIRED',
    ],
  ];
  for (const [title, break_, mend, code] of troubles) {
    it(`is suspended while ${title}, with one error, and comes back`, async () => {
      break_();
      await world.sql(`update objects set name = name || ' !'`);
      await becomes('suspended');
      const errors = await world.sql(`select code from integration_errors where status <> 'resolved'`);
      expect(errors).to.deep.equal([{ code }]);
      expect((await health()).status).to.equal(503);
      const before = world.portal.journal.entries.length;
      await rename('Пока нельзя');
      expect(await count('sync_queue')).to.be.at.least(1);
      expect(world.portal.journal.entries.length).to.equal(before);
      mend();
      await world.runJob('recheck', tenant);
      await becomes('active');
      await eventually(async () => (await titleOf()) === 'Пока нельзя');
      expect(await world.sql(`select code from integration_errors where status <> 'resolved'`)).to.deep.equal([]);
    });
  }

  it('is suspended when who installed it is dismissed, until another administrator opens the app', async () => {
    world.portal.users.fire(1);
    await rename('Без администратора');
    await becomes('suspended');
    const frame = app.frame({ userId: 2 });
    expect((await driver.post(frame)).status).to.equal(200);
    await becomes('active');
    await eventually(async () => (await titleOf()) === 'Без администратора');
  });

  it('opens while it is suspended, and says what is wrong', async () => {
    world.portal.setPlan({ rest: false });
    await rename('Не оплачено');
    await becomes('suspended');
    const opened = await driver.post(app.frame({ userId: 9 }));
    expect(opened.status).to.equal(200);
    expect((await health()).body).to.include({ code: 'ACCESS_DENIED' });
  });

  for (const refusal of ['ACCESS_DENIED', 'PAYMENT_REQUIRED'] as const) {
    it(`lets people look and change nothing while the plan says ${refusal} to everybody`, async () => {
      world.portal.setPlan({ rest: false, refusal });
      const { status, body } = await driver.session(app.frame());
      expect(status).to.equal(200);
      expect(body.data).to.include({ tenant_id: tenant.id, role: 'viewer', is_portal_admin: false });
      const { token } = body.data;
      expect((await world.call(token, 'GET', '/api/integration/bitrix24/mappings')).body.data.mappings).to.have.length(
        3,
      );
      const checked = await world.call(token, 'GET', '/api/integration/bitrix24/health');
      expect(checked.body.error).to.match(/^Тариф портала не разрешает REST.*Продлите тариф/);
      expect((await world.call(token, 'PUT', '/api/objects/1', { name: 'Нельзя' })).status).to.equal(403);
      // Of somebody who never came it cannot be asked now whether the CRM is open to him.
      const stranger = await driver.session(app.frame({ userId: 9 }));
      expect(stranger.status).to.equal(502);
      expect(stranger.body.error).to.match(/^Тариф портала не разрешает REST/);
      world.portal.setPlan({ rest: true });
      expect((await driver.session(app.frame())).body.data).to.include({ role: 'admin' });
    });
  }

  it('shows nothing to a visitor whom the application is closed to, whatever the plan', async () => {
    const frame = app.frame({ userId: 9 });
    app.restrict([1]);
    const answer = await driver.session(frame);
    expect(answer.status).to.equal(502);
    expect(answer.body).to.include({ code: 'user_access_error' });
  });

  it('ends for a portal that was deleted, without asking it for ever', async () => {
    world.portal.delete();
    await rename('Портала нет');
    await becomes('suspended');
    expect((await health()).body.error).to.match(/Портал Битрикс24 удалён/);
  });

  it('survives an update that drops handlers and changes the event secret', async () => {
    Object.assign(world.portal.switches, { handlersOnUpdate: 'removed', tokenOnUpdate: 'new' });
    app.update();
    expect((await driver.post(app.frame())).status).to.equal(200);
    await eventually(() => app.record.bindings.some(({ event }) => event === 'ONCRMDEALUPDATE'));
    app.finishInstall();
    world.portal.records('deal').update(1, { TITLE: 'После обновления' });
    await eventually(
      async () => (await world.sql('select name from objects where id = 1'))[0]?.name === 'После обновления',
    );
  });
});
