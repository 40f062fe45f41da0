import { expect } from 'chai';
import type { Frame } from '../portal/frame.ts';
import { startOAuthServer } from '../portal/oauth-server.ts';
import type { SimulatedPortal } from '../portal/portal.ts';
import type { SimulatedApp } from '../portal/simulated-app.ts';
import { installingIn } from '../support/installing.ts';
import { startNeighbour } from '../support/second-portal.ts';
import { leavesNothingBut, type Traces } from '../support/untouched.ts';
import { startWorld, type Tenant, type World } from '../support/world.ts';

const refused = { 'frames refused': 1 };
/** Shown to the authorization server, which told the truth. */
const unmasked: Traces = { counted: refused, asked: ['app.info'] };

describe('a forged installation', () => {
  let world: World;
  let driver: ReturnType<typeof installingIn>;
  let victim: SimulatedPortal;
  let attacker: SimulatedPortal;
  let tenant: Tenant;
  let app: SimulatedApp;
  let ownApp: SimulatedApp;
  /** An application of somebody else's, which the victim uses too. */
  let foreignApp: SimulatedApp;

  before(async () => {
    world = await startWorld({ apps: true });
    driver = installingIn(world);
    victim = world.portal;
    attacker = await startNeighbour(world, 'attacker');
    tenant = await world.addTenant();
    app = await driver.install(tenant);
    ownApp = driver.addApp(attacker);
    foreignApp = driver.addApp(victim);
    await driver.quiet();
  });
  after(async () => {
    await attacker.stop();
    await world.stop();
  });

  const watch = <Answer>(traces: Traces, request: () => Promise<Answer>) =>
    leavesNothingBut(world, [victim, attacker], traces, request);

  /** A frame with some of it replaced; `domain` in its address. */
  function changed(frame: Frame, fields: Record<string, string>, domain?: string): Frame {
    const url = new URL(frame.url);
    if (domain !== undefined) url.searchParams.set('DOMAIN', domain);
    return { ...frame, url: url.href, fields: { ...frame.fields, ...fields } };
  }

  const at = (frame: Frame, path: string): Frame => {
    const url = new URL(frame.url);
    url.pathname = path;
    return { ...frame, url: url.href };
  };

  /** Both addresses install; the second one only where the portal is not known at this address already. */
  async function expectRefused(frame: Frame, traces: Traces, status: number, code: string): Promise<void> {
    const isKnown =
      new URL(frame.url).searchParams.get('DOMAIN') === victim.host && frame.fields.member_id === victim.memberId;
    for (const path of isKnown ? ['/bitrix24/install'] : ['/bitrix24/install', '/bitrix24/app']) {
      const answer = await watch(traces, () => driver.post(at(frame, path)));
      expect(answer.status, path).to.equal(status);
      expect(answer.text, path).to.include(code);
      expect(answer.text).to.not.include(frame.fields.AUTH_ID).and.not.include('<script');
    }
  }

  for (const [title, forge] of Object.entries<() => Frame>({
    "someone else's member_id, with a good token of one's own": () =>
      changed(ownApp.frame(), { member_id: victim.memberId }),
    "someone else's member_id and host": () => changed(ownApp.frame(), { member_id: victim.memberId }, victim.host),
    "one's own member_id, somebody else's host": () => changed(ownApp.frame(), {}, victim.host),
    'the host of nobody': () => changed(ownApp.frame(), {}, 'evil.example'),
    'the right host at another port': () => changed(ownApp.frame(), {}, `${attacker.host.split(':')[0]}:9`),
    'a member_id that does not exist': () => changed(ownApp.frame(), { member_id: 'f'.repeat(32) }),
  })) {
    it(`with ${title} leaves nothing but a count`, () => expectRefused(forge(), unmasked, 403, 'portal_token_refused'));
  }

  it('with a token that nobody gave, or that has expired', async () => {
    const expired = ownApp.frame();
    world.oauth.tokens.expireAccess({ memberId: attacker.memberId });
    const frames = [
      changed(ownApp.frame(), { AUTH_ID: '0'.repeat(70) }),
      changed(ownApp.frame(), { AUTH_ID: 'garbage' }),
      changed(ownApp.frame(), { AUTH_ID: `${'9'.repeat(200)}' or 1=1 --` }),
      expired,
    ];
    for (const frame of frames) await expectRefused(frame, unmasked, 403, 'portal_token_refused');
  });

  it('with a host that is none: not even the authorization server is asked', async () => {
    const hosts = [
      `${victim.host}/../evil`,
      `evil.example#${victim.host}`,
      `evil@${victim.host}`,
      `${victim.host}@evil.example`,
      `user:pass@${victim.host}`,
      `${victim.host}\n`,
      `${victim.host}\r\nX-Evil: 1`,
      `${victim.host};script-src *`,
      `${victim.host} https://evil.example`,
      `https://${victim.host}`,
      `${victim.host}:99999999`,
      `${victim.host}?a=b`,
      "evil.example'",
      'пример.рф',
      '',
    ];
    for (const host of hosts) {
      const frame = changed(ownApp.frame(), {}, host);
      for (const path of ['/bitrix24/install', '/bitrix24/app', '/bitrix24/placements/CRM_DEAL_DETAIL_TAB']) {
        const answer = await watch({ counted: refused }, () => driver.post(at(frame, path)));
        expect(answer.status, JSON.stringify(host)).to.equal(400);
        // Nothing of what was sent may frame the page, or stand in a header.
        expect(answer.headers.get('content-security-policy')).to.equal("default-src 'none'; frame-ancestors 'none'");
      }
    }
  });

  it("an attacker's SERVER_ENDPOINT is never contacted", async () => {
    const evil = await startOAuthServer({ certificateFolder: world.oauth.certificateFolder });
    const endpoints = [
      `${evil.origin}/rest/`,
      `${world.oauth.origin}.evil.example/rest/`,
      `${world.oauth.origin}@${evil.host}/rest/`,
      `https://user@${evil.host}/rest/?${world.oauth.origin}/`,
      'http://169.254.169.254/latest/',
      'not an address',
    ];
    for (const endpoint of endpoints) {
      const frame = changed(ownApp.frame(), { SERVER_ENDPOINT: endpoint, member_id: victim.memberId });
      await expectRefused(frame, unmasked, 403, 'portal_token_refused');
    }
    expect(evil.requests).to.deep.equal([]);
    await evil.stop();
  });

  it("a token of another application in the same portal does not replace the company's own", async () => {
    await expectRefusedInstall({ ...unmasked, calls: ['profile'] }, 409);
    const session = await watch({ counted: {}, asked: ['app.info'] }, () => driver.session(foreignApp.frame()));
    expect(session.status).to.equal(403);
    expect(session.body.code).to.equal('portal_token_refused');
  });

  it("nor while the own one is suspended: what time will mend is nobody else's to take", async () => {
    await world.sql(`update bitrix24_installations set state = 'suspended' where member_id = $1`, [victim.memberId]);
    await world.sql(`update bitrix24_connections set state = 'suspended' where tenant_id = $1`, [tenant.id]);
    await expectRefusedInstall({ ...unmasked, calls: ['profile'] }, 409);
    await world.sql(`update bitrix24_installations set state = 'active' where member_id = $1`, [victim.memberId]);
    await world.sql(`update bitrix24_connections set state = 'active' where tenant_id = $1`, [tenant.id]);
  });

  async function expectRefusedInstall(traces: Traces, status: number): Promise<void> {
    const answer = await watch(traces, () => driver.post(foreignApp.frame()));
    expect(answer.status).to.equal(status);
    expect(answer.text).to.include('application_unclaimed');
  }

  it('an employee cannot install, whatever he is allowed to open', async () => {
    // The wizard is not shown to him, but he has a token, and the address is no secret.
    const frame = changed(ownApp.frame(), { AUTH_ID: ownApp.issue(9).access, REFRESH_ID: ownApp.issue(9).refresh });
    await expectRefused(frame, { ...unmasked, calls: ['profile'] }, 403, 'portal_admin_required');
  });

  it('the session of a page asks for the same proof', async () => {
    const post = (fields: Record<string, string>) => watchSession({ ...good(), ...fields });
    const good = () => ({
      access_token: app.frame().fields.AUTH_ID as string,
      domain: victim.host,
      member_id: victim.memberId,
    });
    const watchSession = (body: Record<string, string>) => world.call(null, 'POST', '/bitrix24/session', body);
    expect((await post({})).status).to.equal(200);
    const forged: [Record<string, string>, number, string[]][] = [
      [{ access_token: ownApp.frame().fields.AUTH_ID as string }, 403, ['app.info']],
      [{ domain: attacker.host }, 403, ['app.info']],
      [{ access_token: 'garbage' }, 403, ['app.info']],
      [{ member_id: 'f'.repeat(32) }, 404, []],
      [{ member_id: attacker.memberId }, 404, []],
      [{ domain: `${victim.host}@evil.example` }, 400, []],
      [{ domain: 'evil.example\n' }, 403, ['app.info']],
    ];
    for (const [fields, status, asked] of forged) {
      const answer = await watch({ counted: {}, asked }, () => post(fields));
      expect(answer.status, JSON.stringify(fields)).to.equal(status);
      expect(answer.body.status).to.equal('error');
    }
  });

  describe('by a company that says that the application is its own', () => {
    let portal: SimulatedPortal;
    let claimed: SimulatedApp;
    let thief: Tenant;

    before(async () => {
      portal = await startNeighbour(world, 'claimed');
      claimed = driver.addApp(portal);
      thief = await world.addTenant('ООО Чужая');
      const stored = await driver.storeKeys(thief, claimed, { client_secret: 'a secret that was guessed' });
      expect(stored.status).to.equal(200);
    });
    after(() => portal.stop());

    it('gets nothing without the secret: the portal waits', async () => {
      const answer = await driver.post(claimed.frame());
      expect(answer.status).to.equal(200);
      const [row] = await world.sql('select state, tenant_id from bitrix24_installations where member_id = $1', [
        portal.memberId,
      ]);
      expect(row).to.deep.equal({ state: 'pending', tenant_id: null });
      expect(await world.sql('select 1 from bitrix24_connections where tenant_id = $1', [thief.id])).to.deep.equal([]);
      const session = await driver.session(claimed.frame());
      expect(session.body.code).to.equal('installation_pending');
    });

    it('nor when it guesses again, while the portal waits', async () => {
      const traces = { counted: {}, asked: ['refresh_token'] };
      const answer = await leavesNothingBut(world, [portal], traces, () =>
        driver.storeKeys(thief, claimed, { client_secret: 'another guess' }),
      );
      expect(answer.body.code).to.equal('client_refused');
    });

    it('loses to the one that knows it', async () => {
      const owner = await world.addTenant('ООО Настоящая');
      expect((await driver.storeKeys(owner, claimed)).status).to.equal(200);
      expect((await driver.post(claimed.frame())).status).to.equal(200);
      const rows = await world.sql('select state, tenant_id from bitrix24_installations where member_id = $1', [
        portal.memberId,
      ]);
      expect(rows).to.deep.equal([{ state: 'active', tenant_id: owner.id }]);
      expect(await world.sql('select 1 from bitrix24_connections where tenant_id = $1', [thief.id])).to.deep.equal([]);
      await driver.bound(owner.token);
    });
  });

  it('the page itself is given to whoever names a known portal: it holds nothing, and only that portal may frame it', async () => {
    const frame = changed(ownApp.frame(), { member_id: victim.memberId }, victim.host);
    const opened = await watch({ counted: { 'frames opened': 1 } }, () => driver.post(at(frame, '/bitrix24/app')));
    expect(opened.headers.get('content-security-policy')).to.include(`frame-ancestors https://${victim.host}`);
    for (const secret of [victim.memberId, app.clientId, tenant.token]) expect(opened.text).to.not.include(secret);
    const session = await watch({ counted: {}, asked: ['app.info'] }, () => driver.session(frame));
    expect(session.status).to.equal(403);
  });

  it('frames that are none: a page that people can read, in their language', async () => {
    const good = ownApp.frame();
    const without = (field: string): Frame => {
      const { [field]: _dropped, ...fields } = good.fields;
      return { ...good, fields: fields as Frame['fields'] };
    };
    const forms: Frame[] = [
      ...['AUTH_ID', 'REFRESH_ID', 'member_id'].map(without),
      { ...good, fields: {} },
      changed(good, { AUTH_ID: 'x'.repeat(501) }),
      changed(good, { member_id: "'; drop table companies; --" }),
      { ...changed(good, { member_id: '<script>alert(1)</script>' }), encoding: 'multipart' },
    ];
    for (const frame of forms) {
      const answer = await watch({ counted: refused }, () => driver.post(frame));
      expect(answer.status).to.equal(400);
      expect(answer.headers.get('content-type')).to.include('text/html');
      expect(answer.headers.get('content-security-policy')).to.match(/^default-src 'none'; frame-ancestors https:/);
      expect(answer.headers.get('x-frame-options')).to.equal(null);
      expect(answer.text).to.include('Страница открыта не из Битрикс24').and.not.include('<script');
    }
    const english = await fetch(good.url, {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded', 'accept-language': 'en' },
      body: 'AUTH_ID=1',
    });
    expect(await english.text())
      .to.include('The page was not opened from Bitrix24')
      .and.include('<html lang="en">');
  });

  it('bodies that are too large, or no form at all', async () => {
    const { url } = ownApp.frame();
    const form = 'application/x-www-form-urlencoded';
    const bodies: [string, string, number][] = [
      [form, `AUTH_ID=${'x'.repeat(1_100_000)}`, 413],
      [form, Array.from({ length: 6000 }, (_, n) => `k${n}=1`).join('&'), 400],
      ['multipart/form-data; boundary=x', '--x\r\nnonsense', 400],
      ['application/json', '{}', 415],
      ['text/plain', 'AUTH_ID=1', 415],
    ];
    for (const address of [url, `${new URL(url).origin}/bitrix24/events`]) {
      for (const [type, body, status] of bodies) {
        const answer = await watch({ counted: {} }, () =>
          fetch(address, { method: 'POST', headers: { 'content-type': type }, body }),
        );
        expect(answer.status, `${address} ${type}`).to.equal(status);
      }
    }
  });
});
