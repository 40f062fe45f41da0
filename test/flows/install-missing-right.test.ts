import { expect } from 'chai';
import { eventually } from '../support/eventually.ts';
import { installingIn } from '../support/installing.ts';
import { startWorld, type Tenant, unlimited, type World } from '../support/world.ts';

const integration = '/api/integration/bitrix24';

describe('a right that is missing in the application’s card', () => {
  let world: World;
  let tenant: Tenant;
  let driver: ReturnType<typeof installingIn>;

  before(async () => {
    world = await startWorld({ apps: true, ...unlimited });
    driver = installingIn(world);
    tenant = await world.addTenant();
  });
  after(() => world.stop());
  afterEach(() => world.portal.faults.clear());

  const refuse = (method: RegExp) =>
    world.portal.faults.add({
      method,
      action: {
        kind: 'refuse',
        status: 403,
        error: 'insufficient_scope',
        description: 'The request requires higher privileges than provided by the access token',
      },
    });
  const installation = async (language = 'ru') =>
    (await world.call(tenant.token, 'GET', `${integration}/installation`, undefined, { 'accept-language': language }))
      .body.data;
  const stepsOf = async (language?: string): Promise<Record<string, { state: string; error?: string }>> =>
    Object.fromEntries(
      (await installation(language)).steps.map((step: { key: string; state: string }) => [step.key, step]),
    );
  const states = async () =>
    Object.fromEntries(Object.entries(await stepsOf()).map(([key, { state }]) => [key, state]));
  const allDone = {
    proved: 'done',
    company: 'done',
    events: 'done',
    offline: 'done',
    placements: 'done',
    fields: 'done',
  };

  it('costs its own step, which says what to do; events are delivered, nothing is suspended', async () => {
    refuse(/^placement\./);
    const app = driver.addApp();
    await driver.storeKeys(tenant, app);
    expect((await driver.post(app.frame())).status).to.equal(200);
    await eventually(async () => expect(await states()).to.deep.equal({ ...allDone, placements: 'failed' }));
    expect((await stepsOf()).placements?.error).to.equal(
      'Не хватает права placement: карточка приложения → Права → Сохранить → Переустановить',
    );
    expect((await stepsOf('en')).placements?.error).to.match(/^The permission placement is missing/);
    expect(await installation()).to.include({ state: 'active', offline_queue: 'extended' });
    app.finishInstall();
    await world.call(tenant.token, 'POST', '/api/objects', { name: 'Камаз' });
    await world.settled();
    const [deal] = world.portal.records('deal').list();
    world.portal.records('deal').update(Number(deal?.ID), { TITLE: 'Камаз из портала' });
    await eventually(async () => {
      const [object] = await world.sql('select name from objects');
      expect(object).to.deep.equal({ name: 'Камаз из портала' });
    });
  });

  it('is mended by "repeat": the step is in progress at once, then done', async () => {
    await world.call(tenant.token, 'POST', `${integration}/installation/repeat`);
    const { placements } = await states();
    expect(placements).to.be.oneOf(['waiting', 'done']);
    await driver.bound(tenant.token);
    expect(world.portal.apps.list()[0]?.record.placements).to.have.length(3);
  });

  it('stands in the way of none of the other steps, whichever it is', async () => {
    refuse(/^event\.(bind|get)$/);
    await world.runJob('bind', tenant);
    expect(await states()).to.include({ events: 'failed', placements: 'done', fields: 'done' });
    expect((await stepsOf()).events?.error).to.match(/^Не хватает права crm: /);
    expect((await installation()).state).to.equal('active');
  });

  it('is repeated in a suspended installation too, which is active again when the portal lets us in', async () => {
    refuse(/^crm\./);
    await world.runJob('bind', tenant);
    expect((await installation()).state).to.equal('suspended');
    expect(await states()).to.include({ fields: 'failed' });
    await world.call(tenant.token, 'POST', `${integration}/installation/repeat`);
    await eventually(async () => expect(await states()).to.include({ fields: 'failed', placements: 'done' }));
    expect((await installation()).state).to.equal('suspended');
    world.portal.faults.clear();
    await world.call(tenant.token, 'POST', `${integration}/installation/repeat`);
    await eventually(async () => expect(await states()).to.deep.equal(allDone));
    await eventually(async () => expect((await installation()).state).to.equal('active'));
    const open = await world.sql(`select 1 from integration_errors where status <> 'resolved'`);
    expect(open).to.deep.equal([]);
  });
});
