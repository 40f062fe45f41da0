import { expect } from 'chai';
import type { SimulatedApp } from '../portal/simulated-app.ts';
import { systemUserId } from '../portal/users.ts';
import { eventually } from '../support/eventually.ts';
import { failuresOf } from '../support/failures.ts';
import { installingIn } from '../support/installing.ts';
import { startWorld, type Tenant, unlimited, type World } from '../support/world.ts';

const integration = '/api/integration/bitrix24';

describe('an application whose installer leaves', () => {
  let world: World;
  let tenant: Tenant;
  let app: SimulatedApp;
  let driver: ReturnType<typeof installingIn>;
  let failures: ReturnType<typeof failuresOf>;

  beforeEach(async () => {
    world = await startWorld({ apps: true, ...unlimited });
    driver = installingIn(world);
    tenant = await world.addTenant();
    failures = failuresOf(world, tenant);
    app = await driver.install(tenant);
    await world.sql(`insert into objects (tenant_id, name) values ($1, 'Камаз')`, [tenant.id]);
    await driver.quiet();
  });
  afterEach(() => world.stop());

  interface Chain {
    state: string;
    service: string;
    user: number;
    spare: string | null;
  }
  const chain = async () =>
    (
      await world.sql<Chain>(
        `select state, service_user as service, token_user_id as "user", spare_user as spare from bitrix24_installations`,
      )
    )[0];
  const becomes = (wanted: Partial<Chain>) => eventually(async () => expect(await chain()).to.include(wanted));
  const rename = (name: string) => world.sql('update objects set name = $1', [name]);
  const arrives = (name: string) => eventually(async () => (await world.remoteOf(tenant, 'object', 1)).TITLE === name);

  /** One fault, one error, and a way back that is written there. */
  async function expectOneFault(code: string, words: RegExp): Promise<void> {
    await becomes({ state: 'suspended' });
    await world.runJob('reconcile', tenant);
    const faults = await world.sql(`select scope, code from sync_faults where ended_at is null`);
    expect(faults).to.deep.equal([{ scope: 'connection', code }]);
    const errors = await world.sql(`select code, message from integration_errors where status <> 'resolved'`);
    expect(errors).to.have.length(1);
    expect(errors[0]?.message).to.match(words);
    const { status, body } = await world.call(tenant.token, 'GET', `${integration}/health`);
    expect(status).to.equal(503);
    expect(body.data.faults).to.have.length(1);
  }

  async function expectAdministratorBringsBack(name: string): Promise<void> {
    expect((await driver.post(app.frame({ userId: 2 }))).status).to.equal(200);
    await becomes({ state: 'active', service: 'administrator', user: 2 });
    await arrives(name);
    expect(await failures.openFaults()).to.deep.equal([]);
    expect(await failures.openErrors()).to.deep.equal([]);
  }

  describe('and the portal gives no system user', () => {
    it('who was dismissed: one fault, and any administrator who opens the app brings the connection back', async () => {
      world.portal.users.fire(1);
      await rename('Без сотрудника');
      await expectOneFault('authorization_error', /Другой администратор портала должен открыть приложение/);
      await expectAdministratorBringsBack('Без сотрудника');
    });

    for (const [title, notice] of [
      ['in the nightly look at the subscriptions', () => world.runJob('bind', tenant)],
      ['by a check of the connection', () => world.call(tenant.token, 'GET', `${integration}/health`)],
      ['by the portal that refuses its queue of events', () => world.runJob('offline', tenant)],
    ] as const) {
      it(`who is no administrator any more, noticed ${title}: one fault, and the same way back`, async () => {
        world.portal.users.setAdmin(1, false);
        await notice();
        await expectOneFault('installer_not_admin', /Другой администратор портала должен открыть приложение/);
        await rename('Без прав');
        await expectAdministratorBringsBack('Без прав');
      });
    }

    it('who is an administrator again: the connection comes back by itself', async () => {
      world.portal.users.setAdmin(1, false);
      await world.runJob('bind', tenant);
      await becomes({ state: 'suspended' });
      world.portal.users.setAdmin(1, true);
      await world.runJob('recheck', tenant);
      await becomes({ state: 'active', user: 1 });
    });
  });

  describe('and the portal makes a system user', () => {
    beforeEach(() => {
      world.portal.switches.userReadyEvent = 'all';
    });

    async function takeOver(): Promise<void> {
      app.readySystemUser();
      await becomes({ state: 'active', service: 'system', user: systemUserId, spare: 'administrator' });
      await driver.quiet();
    }

    it('works as that user from then on, tokens encrypted, also when the installer is dismissed', async () => {
      await takeOver();
      const [row] = await world.sql<Record<string, string>>(
        'select access_token, refresh_token, spare_access_token, spare_refresh_token from bitrix24_installations',
      );
      for (const stored of Object.values(row ?? {})) expect(stored).to.match(/^v1\./);
      world.portal.users.fire(1);
      await rename('От системного пользователя');
      await arrives('От системного пользователя');
      world.oauth.tokens.expireAccess({ clientId: app.clientId });
      await rename('После часа');
      await arrives('После часа');
      expect(await chain()).to.include({ state: 'active', service: 'system' });
      expect(await failures.openErrors()).to.deep.equal([]);
    });

    it('goes on with the administrator’s tokens when the system user’s end, and stops when both have', async () => {
      await takeOver();
      world.portal.users.fire(systemUserId);
      await rename('Снова администратор');
      await arrives('Снова администратор');
      await becomes({ state: 'active', service: 'administrator', user: 1, spare: null });
      expect(await failures.openFaults()).to.deep.equal([]);
      expect(await failures.openErrors()).to.deep.equal([]);
      await world.sql(`update bitrix24_installations set service_since = now() - interval '1 minute'`);
      world.portal.users.fire(1);
      await rename('Никого');
      await expectOneFault('authorization_error', /Другой администратор/);
      await expectAdministratorBringsBack('Никого');
    });

    it('takes no other caller for that user: neither an employee’s tokens nor a foreign sender', async () => {
      const before = await chain();
      const post = (address: string, token: string, pair: { access: string; refresh: string }) => {
        const auth = { member_id: world.portal.memberId, application_token: token, access_token: pair.access };
        const form = { event: 'ONAPPUSERREADY', ...nested('auth', auth) };
        const data = nested('data', { access_token: pair.access, refresh_token: pair.refresh });
        return fetch(`${world.config.publicUrl}/bitrix24/${address}`, {
          method: 'POST',
          body: new URLSearchParams({ ...form, ...data }),
        });
      };
      for (const address of ['install', 'events']) {
        expect((await post(address, app.applicationToken, app.issue(7))).status).to.equal(200);
        expect((await post(address, 'a token that is not ours', app.issue(2))).status).to.equal(403);
      }
      expect(await chain()).to.deep.equal(before);
    });
  });
});

function nested(name: string, values: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(values).map(([key, value]) => [`${name}[${key}]`, value]));
}
