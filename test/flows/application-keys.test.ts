import { expect } from 'chai';
import type { SimulatedApp } from '../portal/simulated-app.ts';
import { eventually } from '../support/eventually.ts';
import { fingerprint } from '../support/fingerprint.ts';
import { installingIn } from '../support/installing.ts';
import { expectRefusal } from '../support/refusal.ts';
import { startWorld, type Tenant, unlimited, type World } from '../support/world.ts';

const setup = '/api/integration/bitrix24/setup';

describe('application keys typed into the settings of a working installation', () => {
  let world: World;
  let tenant: Tenant;
  let app: SimulatedApp;
  let driver: ReturnType<typeof installingIn>;

  before(async () => {
    world = await startWorld({ apps: true, ...unlimited });
    driver = installingIn(world);
    tenant = await world.addTenant();
    app = await driver.install(tenant);
    await world.sql(`insert into objects (tenant_id, name) values ($1, 'Камаз')`, [tenant.id]);
    await driver.quiet();
  });
  after(() => world.stop());
  afterEach(() => world.oauth.faults.clear());

  const save = (body: Record<string, unknown>) => world.call(tenant.token, 'POST', setup, body);
  const state = async () => (await world.sql('select state from bitrix24_installations'))[0]?.state;
  /** What an hour does: the access token expires, the chain has to be renewed. */
  async function worksAfterExpiry(name: string): Promise<void> {
    world.oauth.tokens.expireAccess({ clientId: app.clientId });
    await world.sql('update objects set name = $1', [name]);
    await eventually(async () => (await world.remoteOf(tenant, 'object', 1)).TITLE === name);
    expect(await state()).to.equal('active');
    await driver.quiet();
  }
  async function expectNothingStored(body: Record<string, unknown>, status: number, code: string) {
    const before = await fingerprint(world);
    const answer = await save(body);
    expectRefusal(answer, status, code);
    expect(await fingerprint(world)).to.deep.equal(before);
    return answer;
  }

  it('are shown but for the secret', async () => {
    const { body } = await world.call(tenant.token, 'GET', setup);
    expect(body.data).to.include({ client_id: app.clientId, client_secret_set: true });
    expect(JSON.stringify(body)).to.not.include(app.clientSecret);
  });

  it('are refused when they are those of another application, alone or beside a secret', async () => {
    const other = 'local.00000000000000.00000000';
    const answer = await expectNothingStored({ client_id: other }, 409, 'application_in_use');
    expect(answer.body.error).to.include(app.clientId);
    await expectNothingStored(
      { client_id: other, client_secret: 'a secret of another app' },
      409,
      'application_in_use',
    );
    await worksAfterExpiry('После чужого client_id');
  });

  it('cannot be removed under it', async () => {
    for (const body of [{ client_id: null }, { client_secret: null }, { client_id: null, client_secret: null }]) {
      await expectNothingStored(body, 409, 'application_in_use');
    }
    await worksAfterExpiry('После пустых ключей');
  });

  it('are refused when the authorization server refuses the secret; the chain of tokens lives on', async () => {
    const reused = world.oauth.reusedRefreshes;
    for (const body of [
      { client_secret: 'typo' },
      { client_id: app.clientId, client_secret: `${app.clientSecret} x` },
    ]) {
      const answer = await expectNothingStored(body, 400, 'client_refused');
      expect(answer.body.error).to.match(/client_id и client_secret/);
    }
    await worksAfterExpiry('После опечатки');
    expect(world.oauth.reusedRefreshes).to.equal(reused);
  });

  it('are not stored while the authorization server cannot be asked', async () => {
    world.oauth.faults.isDown = true;
    const before = await fingerprint(world);
    const answer = await save({ client_secret: 'not to be tried now' });
    expect(answer.status).to.be.at.least(500);
    world.oauth.faults.clear();
    expect(await fingerprint(world)).to.deep.equal(before);
    await worksAfterExpiry('После отказа сервера');
  });

  it('are stored when the secret was reset in the card and proves itself: the new pair of tokens is kept', async () => {
    app.resetSecret();
    const refreshes = world.oauth.refreshes;
    expect((await save({ client_secret: app.clientSecret })).status).to.equal(200);
    expect(world.oauth.refreshes).to.equal(refreshes + 1);
    // The same keys again are nothing new.
    expect((await save({ client_id: app.clientId, client_secret: app.clientSecret })).status).to.equal(200);
    expect(world.oauth.refreshes).to.equal(refreshes + 1);
    await worksAfterExpiry('После смены секрета');
  });

  describe('after the chain of tokens has died', () => {
    before(async () => {
      // The secret was reset in the card and not told to us, and then the chain came to its end.
      app.resetSecret();
      world.oauth.tokens.expireAccess({ clientId: app.clientId });
      await world.sql(`update objects set name = 'Ждёт ключа'`);
      await eventually(async () => (await state()) === 'suspended');
    });

    it('the company keeps its portal: an administrator who opens the app is told which secret is wrong', async () => {
      const page = await driver.post(app.frame());
      expect(page.status).to.equal(200);
      const session = await driver.session(app.frame());
      expect(session.body.data).to.include({ role: 'admin', tenant_id: tenant.id });
      expect(await state()).to.equal('suspended');
    });

    it('the right secret brings the connection back', async () => {
      expect((await save({ client_secret: 'still wrong' })).body.code).to.equal('client_refused');
      expect((await save({ client_secret: app.clientSecret })).status).to.equal(200);
      await eventually(async () => (await state()) === 'active');
      await eventually(async () => (await world.remoteOf(tenant, 'object', 1)).TITLE === 'Ждёт ключа');
    });

    it('may be those of another application once the portal is disconnected', async () => {
      await world.call(tenant.token, 'DELETE', '/api/integration/bitrix24/installation');
      const answer = await save({ client_id: 'local.00000000000000.00000000', client_secret: 'another secret' });
      expect(answer.status).to.equal(200);
      expect(answer.body.data).to.include({ connected: false, client_id: 'local.00000000000000.00000000' });
    });
  });
});
