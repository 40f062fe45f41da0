import { expect } from 'chai';
import qs from 'qs';
import type { SimulatedPortal } from '../portal/portal.ts';
import type { SimulatedApp } from '../portal/simulated-app.ts';
import { eventually } from '../support/eventually.ts';
import { installingIn } from '../support/installing.ts';
import { startNeighbour } from '../support/second-portal.ts';
import { leavesNothingBut, type Traces } from '../support/untouched.ts';
import { startWorld, type Tenant, type World } from '../support/world.ts';

type Auth = Record<string, string>;

const refused: Traces = { counted: { 'events refused': 1 } };
const malformed: Traces = { counted: { 'events malformed': 1 } };

describe('a forged event', () => {
  let world: World;
  let driver: ReturnType<typeof installingIn>;
  let portal: SimulatedPortal;
  let other: SimulatedPortal;
  let tenant: Tenant;
  let app: SimulatedApp;
  let otherApp: SimulatedApp;

  before(async () => {
    world = await startWorld({
      apps: true,
      portal: { switches: { rateLimited: false } },
      bucket: { size: 1000, drain: 1000 },
    });
    driver = installingIn(world);
    portal = world.portal;
    portal.switches.tokenOnReinstall = 'new';
    other = await startNeighbour(world, 'other');
    tenant = await world.addTenant();
    app = await driver.install(tenant);
    otherApp = await driver.install(await world.addTenant('ООО Василёк'), other);
    await driver.quiet();
  });
  after(async () => {
    await other.stop();
    await world.stop();
  });

  const watch = <Answer>(traces: Traces, request: () => Promise<Answer>) =>
    leavesNothingBut(world, [portal, other], traces, request);

  const good = (): Auth => ({
    domain: portal.host,
    client_endpoint: `${portal.origin}/rest/`,
    server_endpoint: `${world.oauth.origin}/rest/`,
    member_id: portal.memberId,
    application_token: app.applicationToken,
  });

  async function post(event: string, auth: Auth, data: object = { FIELDS: { ID: '1' } }, path = '/bitrix24/events') {
    const body = qs.stringify({ event, event_handler_id: '1', data, ts: '1', auth });
    const headers = { 'content-type': 'application/x-www-form-urlencoded' };
    return fetch(`http://127.0.0.1:${world.port}${path}`, { method: 'POST', headers, body });
  }

  const without = (field: string): Auth => {
    const { [field]: _dropped, ...auth } = good();
    return auth as Auth;
  };

  it('a good one is stored, so that the refusals below mean something', async () => {
    expect((await post('ONCRMDEALUPDATE', good())).status).to.equal(200);
    await driver.quiet();
  });

  for (const event of ['ONCRMDEALUPDATE', 'ONCRMDEALDELETE', 'ONAPPUNINSTALL', 'ONAPPPAYMENT']) {
    it(`${event} with a token that is wrong, or of somebody else, or with a portal that does not exist`, async () => {
      const auths: Auth[] = [
        { ...good(), application_token: '0'.repeat(32) },
        { ...good(), application_token: `${app.applicationToken}0` },
        { ...good(), application_token: app.applicationToken.toUpperCase().replace(/[A-F]/, 'G') },
        { ...good(), application_token: otherApp.applicationToken },
        { ...good(), member_id: other.memberId },
        { ...good(), member_id: 'f'.repeat(32) },
        { ...good(), member_id: "' or true --" },
        without('member_id'),
        // Its access token proves a person, not the portal: life-cycle events and changes are proved by the secret alone.
        { ...good(), application_token: 'x', access_token: app.issue(1).access },
      ];
      for (const auth of auths) {
        const answer = await watch(refused, () => post(event, auth, { FIELDS: { ID: '1' }, CLEAN: '1' }));
        expect(answer.status).to.equal(403);
      }
    });
  }

  it('without a token, without an event, without a record, with an id that is none', async () => {
    const nothing = await watch(malformed, () => post('ONCRMDEALUPDATE', without('application_token')));
    expect(nothing.status).to.equal(400);
    expect((await watch(malformed, () => post('', good()))).status).to.equal(400);
    for (const id of ['', '0', '-1', '1.5', 'abc', '99999999999', '1 or 1=1']) {
      const answer = await watch(malformed, () => post('ONCRMDEALUPDATE', good(), { FIELDS: { ID: id } }));
      expect(answer.status, id).to.equal(400);
    }
  });

  it('an employee cannot choose the secret that events prove themselves with, nor can another portal', async () => {
    const chosen = { ...good(), application_token: 'chosen by an employee' };
    for (const event of ['ONAPPUPDATE', 'ONAPPINSTALL']) {
      const asked = event === 'ONAPPINSTALL' ? ['app.info', 'app.info'] : ['app.info'];
      const employee = { ...chosen, access_token: app.issue(9).access };
      const traces = { ...refused, asked: ['app.info'], calls: ['profile'] };
      expect((await watch(traces, () => post(event, employee))).status).to.equal(403);
      const foreign = { ...chosen, access_token: otherApp.issue(1).access, refresh_token: otherApp.issue(1).refresh };
      expect((await watch({ ...refused, asked }, () => post(event, foreign))).status).to.equal(403);
    }
    expect((await post('ONAPPUNINSTALL', chosen)).status).to.equal(403);
  });

  it('ONAPPINSTALL without tokens, with hostile endpoints, from another portal', async () => {
    const tokens = { access_token: otherApp.issue(1).access, refresh_token: otherApp.issue(1).refresh };
    const stranger = { ...good(), application_token: 'x', ...tokens };
    const own = { ...stranger, member_id: other.memberId, client_endpoint: `${other.origin}/rest/` };
    const forged: [Auth, string[]][] = [
      [{ ...good(), application_token: 'x' }, []],
      [{ ...good(), application_token: 'x', access_token: tokens.access_token }, []],
      [stranger, ['app.info']],
      [{ ...stranger, client_endpoint: `${other.origin}/rest/` }, ['app.info']],
      [{ ...own, client_endpoint: 'https://evil.example/rest/' }, ['app.info']],
      [{ ...own, client_endpoint: `https://${other.host}@evil.example/rest/` }, ['app.info']],
      [{ ...own, client_endpoint: `http://${other.host}/rest/` }, []],
      [{ ...own, client_endpoint: 'file:///etc/passwd' }, []],
      [{ ...own, user_id: '2' }, ['app.info']],
    ];
    for (const [auth, asked] of forged) {
      const traces = { counted: { 'frames refused': 1 }, asked };
      const answer = await watch(traces, () => post('ONAPPINSTALL', auth, { VERSION: '1' }, '/bitrix24/install'));
      expect(answer.status, JSON.stringify(auth)).to.equal(403);
      expect(await answer.text()).to.not.include(tokens.access_token);
    }
  });

  it('one that was recorded before the app was installed anew is refused afterwards', async () => {
    const old = good();
    app.reinstall();
    expect((await driver.post(app.frame())).status).to.equal(200);
    app.finishInstall();
    await driver.quiet();
    expect(app.applicationToken).to.not.equal(old.application_token);
    for (const event of ['ONCRMDEALUPDATE', 'ONAPPUNINSTALL']) {
      const answer = await watch(refused, () => post(event, old));
      expect(answer.status).to.equal(403);
    }
    expect((await post('ONCRMDEALUPDATE', good())).status).to.equal(200);
  });

  it('nothing of all this has harmed the one that is true', async () => {
    // The portal tells only who has asked to be told, which the new installation does in a moment.
    await eventually(() => app.record.bindings.some(({ event }) => event === 'ONAPPUNINSTALL'));
    app.uninstall();
    await eventually(async () => {
      const [row] = await world.sql('select state from bitrix24_installations where member_id = $1', [portal.memberId]);
      return row?.state === 'uninstalled';
    });
    const [neighbour] = await world.sql('select state from bitrix24_installations where member_id = $1', [
      other.memberId,
    ]);
    expect(neighbour).to.deep.equal({ state: 'active' });
  });
});
