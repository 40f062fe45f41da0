import { expect } from 'chai';
import { type PortalPair, startPortalPair } from '../support/portal-pair.ts';
import { type Receiver, startReceiver } from '../support/receiver.ts';
import type { AppSwitches } from './app-switches.ts';
import type { AppOptions } from './apps.ts';
import { frameRequest } from './frame.ts';

describe('the applications of a portal', () => {
  let pair: PortalPair;
  let handler: Receiver;

  beforeEach(async () => {
    pair = await startPortalPair();
    handler = await startReceiver();
  });
  afterEach(async () => {
    await pair.stop();
    await handler.stop();
  });

  const add = (options: Partial<AppOptions> = {}) =>
    pair.portal.apps.add({ kind: 'local', handlerUrl: `${handler.url}/app`, ...options });

  it('have identifiers of the real form', () => {
    const [local, market] = [add(), add({ kind: 'market' })];
    expect(local.clientId).to.match(/^local\.[0-9a-f]{14}\.\d{8}$/);
    expect(market.clientId).to.match(/^app\.[0-9a-f]{14}\.\d{8}$/);
    expect(local.clientSecret).to.match(/^[A-Za-z0-9]{50}$/);
    expect(local.applicationToken).to.match(/^[0-9a-f]{32}$/);
  });

  describe('are installed as the card asks for it', () => {
    const installUrl = () => `${handler.url}/install`;
    const cases: [
      string,
      Partial<AppOptions>,
      Partial<AppSwitches>,
      { path: boolean; told: boolean; done: boolean },
    ][] = [
      ['a page, no install path', {}, {}, { path: false, told: false, done: true }],
      ['a page with install path', {}, {}, { path: true, told: false, done: false }],
      ['no page', { menuItem: null }, {}, { path: true, told: true, done: true }],
      [
        'no page, completes itself',
        { menuItem: null, completesItself: true },
        {},
        { path: true, told: false, done: false },
      ],
      [
        'a page, completes itself, by the other documentation page',
        { completesItself: true },
        { completesItself: 'installationPage' },
        { path: true, told: true, done: true },
      ],
      [
        'no page, by the other documentation page',
        { menuItem: null },
        { completesItself: 'installationPage' },
        { path: true, told: false, done: false },
      ],
      ['market with a page', { kind: 'market' }, {}, { path: true, told: false, done: false }],
      ['market without a page', { kind: 'market', menuItem: null }, {}, { path: true, told: true, done: true }],
    ];
    for (const [name, options, switches, expected] of cases) {
      it(name, async () => {
        Object.assign(pair.portal.switches, switches);
        const app = add({ ...options, ...(expected.path && { installUrl: installUrl() }) });
        await pair.portal.events.settled();
        expect(handler.of('ONAPPINSTALL')).to.have.length(expected.told ? 1 : 0);
        expect(app.isInstalled).to.equal(expected.done);
      });
    }
  });

  it('get ONAPPINSTALL with both tokens and the application token', async () => {
    const app = add({ menuItem: null, installUrl: `${handler.url}/install`, scopes: ['crm', 'placement'] });
    await pair.portal.events.settled();
    const [post] = handler.of('ONAPPINSTALL');
    expect(post?.path).to.equal('/install');
    expect(post?.headers).to.include({
      'content-type': 'application/x-www-form-urlencoded',
      'user-agent': 'Bitrix24 Webhook Engine',
    });
    expect(post?.text).to.include('auth%5Baccess_token%5D=');
    const { auth, data } = post?.form ?? {};
    expect(data).to.deep.equal({ VERSION: '1', ACTIVE: 'Y', INSTALLED: 'Y', LANGUAGE_ID: 'ru' });
    expect(auth).to.include({
      scope: 'crm,placement',
      domain: pair.portal.host,
      status: 'L',
      member_id: pair.portal.memberId,
      user_id: '1',
      expires_in: '3600',
      application_token: app.applicationToken,
      server_endpoint: `${pair.oauth.origin}/rest/`,
      client_endpoint: `${pair.portal.origin}/rest/`,
    });
    expect((await pair.rest(auth.access_token, 'profile')).body.result.ID).to.equal('1');
    expect(pair.oauth.tokens.byRefresh(auth.refresh_token)?.userId).to.equal(1);
  });

  it('opens in a frame: the form of the browser, with tokens of whoever opens it', async () => {
    const app = add({ handlerUrl: `${handler.url}/app?type=1`, scopes: ['crm', 'user'] });
    const { url, fields, appSid } = app.frame({ userId: 7, lang: 'en' });
    const { searchParams, pathname } = new URL(url);
    expect(pathname).to.equal('/app');
    expect(Object.fromEntries(searchParams)).to.deep.equal({
      type: '1',
      DOMAIN: pair.portal.host,
      PROTOCOL: '1',
      LANG: 'en',
      APP_SID: appSid,
    });
    const { AUTH_ID, REFRESH_ID, ...rest } = fields;
    expect(rest).to.deep.equal({
      AUTH_EXPIRES: '3600',
      SERVER_ENDPOINT: `${pair.oauth.origin}/rest/`,
      APPLICATION_TOKEN: app.applicationToken,
      APPLICATION_SCOPE: 'crm,user',
      member_id: pair.portal.memberId,
      status: 'L',
      PLACEMENT: 'DEFAULT',
    });
    expect((await pair.rest(AUTH_ID ?? '', 'profile')).body.result).to.include({ ID: '7', ADMIN: false });
    expect(pair.oauth.tokens.byRefresh(REFRESH_ID ?? '')?.userId).to.equal(7);
  });

  it('opens without the newer fields, with options, as multipart', async () => {
    const app = add();
    const frame = app.frame({ newerFields: false, encoding: 'multipart', options: { ID: '8061', URI: '/crm/deal/' } });
    expect(frame.fields).not.to.have.any.keys('SERVER_ENDPOINT', 'APPLICATION_TOKEN', 'APPLICATION_SCOPE');
    expect(frame.fields.PLACEMENT_OPTIONS).to.equal('{"ID":"8061","URI":"\\/crm\\/deal\\/"}');
    await fetch(frame.url, frameRequest(frame));
    expect(handler.received[0]?.headers['content-type']).to.match(/^multipart\/form-data; boundary=/);
    const plain = app.frame();
    await fetch(plain.url, frameRequest(plain));
    expect(handler.received[1]?.form.AUTH_ID).to.equal(plain.fields.AUTH_ID);
  });

  it('shows the install page to administrators until it is finished, then the application', async () => {
    const app = add({ installUrl: `${handler.url}/install` });
    expect(new URL(app.frame().url).pathname).to.equal('/install');
    expect(() => app.frame({ userId: 7 })).to.throw('not fully installed yet');
    expect((await pair.rest(app, 'app.info')).body.result.INSTALLED).to.equal(false);
    app.finishInstall();
    expect(new URL(app.frame({ userId: 7 }).url).pathname).to.equal('/app');
    expect((await pair.rest(app, 'app.info')).body.result).to.include({ INSTALLED: true, VERSION: 1, STATUS: 'L' });
    app.update();
    expect(app.version).to.equal(2);
    expect(new URL(app.frame().url).pathname).to.equal('/install');
  });

  it('are installed anew by another administrator, with the old application token or a new one', async () => {
    const app = add({ menuItem: null, installUrl: `${handler.url}/install` });
    const token = app.applicationToken;
    app.reinstall({ userId: 2 });
    await pair.portal.events.settled();
    expect(app.applicationToken).to.equal(token);
    expect(handler.of('ONAPPINSTALL').at(-1)?.form.auth.user_id).to.equal('2');
    pair.portal.switches.tokenOnReinstall = 'new';
    app.reinstall();
    await pair.portal.events.settled();
    expect(handler.of('ONAPPINSTALL').at(-1)?.form.auth.application_token)
      .to.equal(app.applicationToken)
      .and.not.equal(token);
  });

  it('open for nobody whom the portal keeps out', () => {
    const app = add();
    app.restrict([1]);
    expect(() => app.frame({ userId: 7 })).to.throw('does not have access');
    app.restrict(null);
    pair.portal.users.fire(7);
    expect(() => app.frame({ userId: 7 })).to.throw('Unable to authorize user');
  });

  it('gives a frame new tokens without the secret', async () => {
    const app = add();
    const frame = app.frame({ userId: 9 });
    const next = app.refreshFrame(frame.fields.REFRESH_ID ?? '');
    expect((await pair.rest(next.AUTH_ID, 'profile')).body.result.ID).to.equal('9');
    expect(() => app.refreshFrame(frame.fields.REFRESH_ID ?? '')).to.throw('does not work');
  });

  it('tells of its removal without tokens, when every token is dead already', async () => {
    const app = add();
    const { access } = app.issue(1);
    const url = `${handler.url}/events`;
    await pair.rest(app, 'event.bind', { event: 'OnAppUninstall', handler: url });
    app.uninstall({ clean: false });
    await pair.portal.events.settled();
    const [post] = handler.of('ONAPPUNINSTALL');
    expect(post?.form.data).to.deep.equal({ LANGUAGE_ID: 'ru', CLEAN: '0' });
    expect(Object.keys(post?.form.auth).sort()).to.deep.equal([
      'application_token',
      'client_endpoint',
      'domain',
      'member_id',
      'server_endpoint',
    ]);
    const refused = await pair.rest(access, 'profile');
    expect([refused.status, refused.body.error]).to.deep.equal([401, 'ERROR_OAUTH']);
    expect(pair.portal.apps.list()).to.deep.equal([]);
  });

  it('keeps the options of a market application that is removed without cleaning', async () => {
    const app = add({ kind: 'market' });
    await pair.rest(app, 'app.option.set', { options: { tenant: '12' } });
    app.uninstall({ clean: false });
    const again = add({ kind: 'market', clientId: app.clientId });
    expect((await pair.rest(again, 'app.option.get')).body.result).to.deep.equal({ tenant: '12' });
    again.uninstall({ clean: true });
    const last = add({ kind: 'market', clientId: app.clientId });
    expect((await pair.rest(last, 'app.option.get')).body.result).to.deep.equal([]);
  });

  it('tells of the system user where the switch says so', async () => {
    pair.portal.switches.userReadyEvent = 'market';
    const app = add({ kind: 'market', menuItem: null, installUrl: `${handler.url}/install` });
    await pair.portal.events.settled();
    const [post] = handler.of('ONAPPUSERREADY');
    expect(post?.form.data).to.include({ user_id: '512', client_id: app.clientId });
    expect(post?.form.auth).to.include({ user_id: '1', application_token: app.applicationToken });
    expect((await pair.rest(post?.form.data.access_token, 'profile')).body.result.ID).to.equal('512');
    handler.clear();
    add({ menuItem: null, installUrl: `${handler.url}/install` });
    await pair.portal.events.settled();
    expect(handler.of('ONAPPUSERREADY')).to.have.length(0);
    pair.portal.switches.userReadyEvent = 'all';
    add({ menuItem: null, installUrl: `${handler.url}/install` });
    await pair.portal.events.settled();
    expect(handler.of('ONAPPUSERREADY')).to.have.length(1);
  });
});
