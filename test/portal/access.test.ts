import { expect } from 'chai';
import { callHttps, type HttpsAnswer } from '../support/https-caller.ts';
import { type PortalPair, startPortalPair } from '../support/portal-pair.ts';
import type { SimulatedApp } from './simulated-app.ts';

describe('access to REST', () => {
  let pair: PortalPair;
  let app: SimulatedApp;

  beforeEach(async () => {
    pair = await startPortalPair();
    app = pair.portal.apps.add({ kind: 'local', handlerUrl: 'https://app.example.com/app', scopes: ['crm', 'user'] });
  });
  afterEach(() => pair.stop());

  const call = (path: string, options = {}) =>
    callHttps(`${pair.portal.origin}/rest/${path}`, pair.portal.caPem, options);
  const codeOf = ({ status, body }: HttpsAnswer) => `${status} ${body.error}`;

  it('takes a token in a query, a form, JSON and a header', async () => {
    const { access } = app.issue(7);
    const answers = await Promise.all([
      call(`profile?auth=${access}`),
      call('profile.json', { form: { auth: access } }),
      call('profile/', { json: { auth: access } }),
      call('profile', { headers: { authorization: `Bearer ${access}` } }),
    ]);
    for (const { status, body } of answers) {
      expect(status).to.equal(200);
      expect(body.result).to.deep.equal({
        ...{ ID: '7', ADMIN: false, NAME: 'Ирина', LAST_NAME: 'Лисина' },
        ...{ PERSONAL_GENDER: '', TIME_ZONE: 'Europe/Moscow' },
      });
    }
  });

  it('keeps tokens out of the journal', async () => {
    const { access } = app.issue(1);
    await call('profile', { json: { auth: access } });
    await call(`batch?auth=${access}`, { json: { cmd: { a: 'profile' } } });
    expect(JSON.stringify(pair.portal.journal.entries)).not.to.include(access);
  });

  it('refuses by the table of errors', async () => {
    const { portal, oauth } = pair;
    const { access } = app.issue(7);
    expect(codeOf(await call('profile'))).to.equal('401 NO_AUTH_FOUND');
    expect(codeOf(await pair.rest('nonsense', 'profile'))).to.equal('401 NO_AUTH_FOUND');
    expect(codeOf(await pair.rest('0'.repeat(70), 'profile'))).to.equal('401 invalid_token');
    app.restrict([1]);
    expect(codeOf(await pair.rest(access, 'profile'))).to.equal('403 user_access_error');
    app.restrict(null);
    app.setPaymentExpired(true);
    expect(codeOf(await pair.rest(access, 'profile'))).to.equal('401 PAYMENT_REQUIRED');
    app.setPaymentExpired(false);
    app.setScopes(['user']);
    expect(codeOf(await pair.rest(access, 'crm.deal.list'))).to.equal('401 insufficient_scope');
    portal.users.fire(7);
    expect(codeOf(await pair.rest(access, 'profile'))).to.equal('401 authorization_error');
    portal.users.rehire(7);
    oauth.tokens.expireAccess();
    expect(codeOf(await pair.rest(access, 'profile'))).to.equal('401 expired_token');
    app.uninstall();
    expect(codeOf(await pair.rest(access, 'profile'))).to.equal('401 ERROR_OAUTH');
  });

  it('says either of two things of an access token whose refresh token was used', async () => {
    pair.portal.switches.refreshedAccess = 'invalid_token';
    const first = app.issue(1);
    pair.oauth.tokens.renew(first, { killAccess: true });
    expect(codeOf(await pair.rest(first.access, 'profile'))).to.equal('401 invalid_token');
  });

  it('lets a manager work with records, and leaves settings to administrators', async () => {
    const added = await pair.rest(app, 'crm.item.add', { entityTypeId: 2, fields: { title: 'Сделка' } }, 7);
    expect(added.body.result.item).to.include({ createdBy: 7, updatedBy: 7 });
    const refused = async (method: string, params = {}) => codeOf(await pair.rest(app, method, params, 7));
    expect(await refused('crm.deal.userfield.add', { fields: {} })).to.equal('400 ');
    expect(await refused('app.option.set', { options: { a: 1 } })).to.equal('403 ACCESS_DENIED');
    expect(await refused('event.offline.get')).to.equal('403 ACCESS_DENIED');
    expect((await pair.rest(app, 'user.admin', {}, 7)).body.result).to.equal(false);
    expect((await pair.rest(app, 'user.admin', {}, 2)).body.result).to.equal(true);
  });

  it('refuses to webhooks what only applications may call', async () => {
    const webhook = pair.portal.addWebhook();
    for (const method of ['event.bind', 'event.get', 'events', 'event.test', 'event.offline.get', 'placement.bind']) {
      const answer = await callHttps(`${webhook.url}${method}`, pair.portal.caPem, { json: {} });
      expect([method, codeOf(answer)]).to.deep.equal([method, '403 WRONG_AUTH_TYPE']);
    }
    const info = await callHttps(`${webhook.url}app.info`, pair.portal.caPem);
    expect(info.body.result).to.deep.include({ SCOPE: ['crm', 'user', 'placement'], LICENSE: 'ru_pro100' });
  });

  it('gives a webhook the rights of its owner, and takes them with him', async () => {
    const webhook = pair.portal.addWebhook({ userId: 7 });
    const profile = () => callHttps(`${webhook.url}profile`, pair.portal.caPem);
    expect((await profile()).body.result).to.include({ ID: '7', ADMIN: false });
    pair.portal.users.fire(7);
    expect(codeOf(await profile())).to.equal('401 authorization_error');
  });

  it('has no method of the CRM in the newer interface, whose errors are objects', async () => {
    const { access } = app.issue(1);
    const { status, body } = await call('api/crm.item.list', { json: { auth: access } });
    expect([status, body.error.code]).to.deep.equal([404, 'BITRIX_REST_V3_EXCEPTION_METHODNOTFOUNDEXCEPTION']);
  });

  it('keeps what an application stores in the portal, for all and for each user', async () => {
    await pair.rest(app, 'app.option.set', { options: { color: 'red' } });
    await pair.rest(app, 'user.option.set', { options: { view: 'list' } }, 7);
    expect((await pair.rest(app, 'app.option.get', { option: 'color' }, 7)).body.result).to.equal('red');
    expect((await pair.rest(app, 'user.option.get', {}, 7)).body.result).to.deep.equal({ view: 'list' });
    expect((await pair.rest(app, 'user.option.get', {}, 9)).body.result).to.deep.equal([]);
  });

  it('lists people and methods', async () => {
    const people = (await pair.rest(app, 'user.get', { FILTER: { ACTIVE: true } })).body;
    expect(people.result.map((user: { ID: string }) => user.ID)).to.deep.equal(['1', '2', '7', '9']);
    expect(people.total).to.equal(4);
    expect((await pair.rest(app, 'user.get', { ID: 7 })).body.result[0].LAST_NAME).to.equal('Лисина');
    expect((await pair.rest(app, 'user.current', {}, 9)).body.result).to.include({ ID: '9', ACTIVE: true });
    const methods = (await pair.rest(app, 'methods')).body.result;
    expect(methods).to.include.members(['crm.item.list', 'event.bind']).and.not.include('placement.bind');
    expect((await pair.rest(app, 'methods', { full: true })).body.result).to.include('placement.bind');
  });

  describe('of the portal as a whole', () => {
    it('ends where the plan has no REST', async () => {
      pair.portal.setPlan({ rest: false });
      const answer = await pair.rest(app, 'profile');
      expect(codeOf(answer)).to.equal('403 ACCESS_DENIED');
      expect(answer.body.error_description).to.equal('REST API is available only on commercial plans');
      pair.portal.setPlan({ refusal: 'PAYMENT_REQUIRED' });
      expect(codeOf(await pair.rest(app, 'profile'))).to.equal('401 PAYMENT_REQUIRED');
      pair.portal.setPlan({ rest: true });
      expect((await pair.rest(app, 'profile')).status).to.equal(200);
    });

    it('tells its features', async () => {
      const feature = async (CODE?: string) => (await pair.rest(app, 'feature.get', CODE ? { CODE } : {})).body;
      expect((await feature('rest_offline_extended')).result).to.deep.equal({ value: 'Y' });
      pair.portal.setPlan({ offlineExtended: false });
      expect((await feature('rest_offline_extended')).result).to.deep.equal({ value: 'N' });
      expect((await feature('rest_auth_connector')).result).to.deep.equal({ value: 'Y' });
      expect((await feature()).error).to.equal('CODE_EMPTY');
    });

    it('ends when the portal is deleted', async () => {
      const { refresh } = app.issue(1);
      pair.portal.delete();
      expect(codeOf(await pair.rest(app, 'profile'))).to.equal('410 PORTAL_DELETED');
      pair.portal.switches.deletedStatus = 500;
      expect(codeOf(await pair.rest(app, 'profile'))).to.equal('500 PORTAL_DELETED');
      const form = { grant_type: 'refresh_token', client_id: app.clientId, client_secret: app.clientSecret };
      expect((await pair.token({ ...form, refresh_token: refresh })).status).to.equal(404);
    });

    it('moves to another host: the old one redirects, the number of the portal stays', async () => {
      const { portal } = pair;
      const { access, refresh } = app.issue(1);
      const before = { origin: portal.origin, memberId: portal.memberId };
      await portal.rename();
      expect(portal.origin).not.to.equal(before.origin);
      const old = await callHttps(`${before.origin}/rest/profile`, portal.caPem, { json: { auth: access } });
      expect(old.status).to.equal(302);
      expect(old.headers.location).to.equal(`${portal.origin}/rest/profile`);
      expect((await pair.rest(access, 'profile')).status).to.equal(200);
      const form = { grant_type: 'refresh_token', client_id: app.clientId, client_secret: app.clientSecret };
      const answer = await pair.token({ ...form, refresh_token: refresh });
      expect(answer.body).to.include({ client_endpoint: `${portal.origin}/rest/`, member_id: before.memberId });
      expect(new URL(app.frame().url).searchParams.get('DOMAIN')).to.equal(portal.host);
    });
  });
});
