import { expect } from 'chai';
import { callHttps } from '../support/https-caller.ts';
import { type PortalPair, startPortalPair } from '../support/portal-pair.ts';
import { startPortal } from './portal.ts';
import type { SimulatedApp } from './simulated-app.ts';

describe('the authorization server', () => {
  let pair: PortalPair;
  let app: SimulatedApp;

  beforeEach(async () => {
    pair = await startPortalPair();
    app = pair.portal.apps.add({ kind: 'local', handlerUrl: 'https://app.example.com/app', scopes: ['crm', 'user'] });
  });
  afterEach(() => pair.stop());

  const client = () => ({ client_id: app.clientId, client_secret: app.clientSecret });
  const refresh = (refreshToken: string, other: Record<string, string> = {}) =>
    pair.token({ grant_type: 'refresh_token', ...client(), refresh_token: refreshToken, ...other });
  const appInfo = (auth: string) => callHttps(`${pair.oauth.origin}/rest/app.info?auth=${auth}`, pair.oauth.caPem);

  it('gives tokens of 35 bytes: expiry, application, portal, user, three shared bytes, sixteen random ones', () => {
    const { access, refresh: refreshToken, expires } = app.issue(7);
    for (const token of [access, refreshToken]) expect(token).to.match(/^[0-9a-f]{70}$/);
    expect(Buffer.from(access.slice(0, 8), 'hex').readUInt32LE()).to.equal(expires);
    expect(access.slice(24, 32)).to.equal('00000007');
    expect(access.slice(8, 38)).to.equal(refreshToken.slice(8, 38));
    expect(access.slice(38)).not.to.equal(refreshToken.slice(38));
  });

  it('renews a pair; what was used is dead, and so is the access token beside it', async () => {
    const first = app.issue(1);
    const answer = await refresh(first.refresh);
    expect(answer.status).to.equal(200);
    expect(answer.body).to.include({
      expires_in: 3600,
      scope: 'app',
      domain: pair.oauth.host,
      server_endpoint: `${pair.oauth.origin}/rest/`,
      client_endpoint: `${pair.portal.origin}/rest/`,
      status: 'L',
      member_id: pair.portal.memberId,
      user_id: 1,
    });
    expect(answer.body.expires).to.be.closeTo(Date.now() / 1000 + 3600, 5);
    expect(answer.body.refresh_token).not.to.equal(first.refresh);
    const again = await refresh(first.refresh);
    expect([again.status, again.body.error]).to.deep.equal([400, 'invalid_grant']);
    const old = await pair.rest(first.access, 'profile');
    expect([old.status, old.body.error]).to.deep.equal([401, 'expired_token']);
    expect((await pair.rest(answer.body.access_token, 'profile')).status).to.equal(200);
    expect(pair.oauth.refreshes).to.equal(1);
  });

  it('keeps chains apart: renewing one leaves the others alone', async () => {
    const [mine, other] = [app.issue(1), app.issue(1)];
    await refresh(mine.refresh);
    expect((await pair.rest(other.access, 'profile')).status).to.equal(200);
    expect((await refresh(other.refresh)).status).to.equal(200);
  });

  it('takes a query as well as a form, but no JSON', async () => {
    const fields = { grant_type: 'refresh_token', ...client(), refresh_token: app.issue(1).refresh };
    const query = new URLSearchParams(fields).toString();
    const asQuery = await callHttps(`${pair.oauth.origin}/oauth/token/?${query}`, pair.oauth.caPem);
    expect(asQuery.status).to.equal(200);
    const asJson = await callHttps(`${pair.oauth.origin}/oauth/token/`, pair.oauth.caPem, { json: fields });
    expect([asJson.status, asJson.body.error]).to.deep.equal([400, 'invalid_request']);
  });

  it('refuses by the table of errors', async () => {
    const { portal } = pair;
    const good = app.issue(1).refresh;
    const code = async (answer: Promise<{ status: number; body: { error: string } }>) => {
      const { status, body } = await answer;
      return `${status} ${body.error}`;
    };
    expect(await code(refresh(good, { client_id: 'local.unknown' }))).to.equal('200 wrong_client');
    expect(await code(refresh(good, { client_secret: 'wrong' }))).to.equal('400 invalid_client');
    expect(await code(refresh(''))).to.equal('400 invalid_request');
    expect(await code(refresh('0'.repeat(70)))).to.equal('400 invalid_grant');
    const other = portal.apps.add({ kind: 'local', handlerUrl: 'https://app.example.com/app' });
    expect(await code(refresh(other.issue(1).refresh))).to.equal('400 invalid_grant');
    expect(await code(refresh(good, { scope: 'crm,telephony' }))).to.equal('403 INVALID_SCOPE');
    expect(await code(pair.token({ ...client() }))).to.equal('400 invalid_request');
    app.restrict([2]);
    expect(await code(refresh(good))).to.equal('403 user_access_error');
    app.restrict(null);
    app.setPaymentExpired(true);
    expect(await code(refresh(good))).to.equal('401 PAYMENT_REQUIRED');
    app.setPaymentExpired(false);
    pair.oauth.tokens.expireRefresh();
    expect(await code(refresh(good))).to.equal('400 invalid_grant');
    const market = portal.apps.add({ kind: 'market', handlerUrl: 'https://app.example.com/app' });
    const marketPair = market.issue(1);
    market.uninstall();
    const ofMarket = { client_id: market.clientId, client_secret: market.clientSecret };
    expect(await code(refresh(marketPair.refresh, ofMarket))).to.equal('400 invalid_grant');
    app.uninstall();
    expect(await code(refresh(good))).to.equal('200 wrong_client');
    expect(pair.oauth.refreshes).to.equal(0);
  });

  it('renews tokens of a dismissed user, or not: nobody knows', async () => {
    pair.portal.users.fire(7);
    const answer = await refresh(app.issue(7).refresh);
    expect(answer.status).to.equal(200);
    expect((await pair.rest(answer.body.access_token, 'profile')).body.error).to.equal('authorization_error');
    pair.oauth.switches.dismissedUserRefresh = 'invalid_grant';
    expect((await refresh(app.issue(7).refresh)).body.error).to.equal('invalid_grant');
  });

  it('names an unknown client on 400 where the switch says so', async () => {
    pair.oauth.switches.wrongClientStatus = 400;
    const answer = await refresh(app.issue(1).refresh, { client_id: 'local.unknown' });
    expect([answer.status, answer.body.error]).to.deep.equal([400, 'wrong_client']);
  });

  it('goes down and comes back', async () => {
    pair.oauth.faults.isDown = true;
    expect(await refresh(app.issue(1).refresh).catch((error: Error) => error)).to.be.instanceOf(Error);
    pair.oauth.faults.clear();
    expect((await refresh(app.issue(1).refresh)).status).to.equal(200);
  });

  it('a refresh still works after rights were taken from the card', async () => {
    const { refresh: token } = app.issue(1);
    app.setScopes(['user']);
    expect((await refresh(token)).status).to.equal(200);
  });

  it('says whose a token is', async () => {
    const { access } = app.issue(7);
    const { status, body } = await appInfo(access);
    expect(status).to.equal(200);
    expect(body.result).to.include({ client_id: app.clientId, scope: 'crm,user', user_id: '7' });
    expect(body.result.install).to.deep.equal({
      installed: true,
      version: '1',
      status: 'L',
      scope: 'crm,user',
      domain: pair.portal.host,
      uri: pair.portal.origin,
      client_endpoint: `${pair.portal.origin}/rest/`,
      member_id: pair.portal.memberId,
      member_type: 'user',
    });
    expect(body.time).to.have.property('date_start');
    const shaped = await appInfo('0'.repeat(70));
    expect([shaped.status, shaped.body.error]).to.deep.equal([400, 'invalid_client']);
    const garbage = await appInfo('nonsense');
    expect([garbage.status, garbage.body.error]).to.deep.equal([401, 'NO_AUTH_FOUND']);
    app.uninstall();
    const removed = await appInfo(access);
    expect([removed.status, removed.body.error]).to.deep.equal([401, 'NOT_INSTALLED']);
  });

  it('changes a code from the portal for tokens, once and within half a minute', async () => {
    const { portal, oauth } = pair;
    portal.session.userId = 7;
    const authorize = () =>
      callHttps(`${portal.origin}/oauth/authorize/?client_id=${app.clientId}&state=Xk3-91f`, portal.caPem);
    const redirect = await authorize();
    expect(redirect.status).to.equal(302);
    const target = new URL(String(redirect.headers.location));
    expect(target.origin + target.pathname).to.equal('https://app.example.com/app');
    const { code, ...rest } = Object.fromEntries(target.searchParams);
    expect(rest).to.deep.equal({
      state: 'Xk3-91f',
      domain: portal.host,
      member_id: portal.memberId,
      scope: 'crm,user',
      server_domain: oauth.host,
    });
    const exchange = (value = '') => pair.token({ grant_type: 'authorization_code', ...client(), code: value });
    const answer = await exchange(code);
    expect(answer.body).to.include({ user_id: 7, member_id: portal.memberId });
    expect((await exchange(code)).body.error).to.equal('invalid_grant');
    const late = new URL(String((await authorize()).headers.location)).searchParams.get('code') ?? '';
    oauth.clock.aheadMs = 31_000;
    expect((await exchange(late)).body.error).to.equal('invalid_grant');
  });

  it('shows a page, and redirects nowhere, for an application that is not installed', async () => {
    const wizard = pair.portal.apps.add({
      kind: 'local',
      handlerUrl: 'https://app.example.com/app',
      installUrl: 'https://app.example.com/install',
    });
    const url = `${pair.portal.origin}/oauth/authorize/?client_id=${wizard.clientId}`;
    const answer = await callHttps(url, pair.portal.caPem);
    expect(answer.status).to.equal(400);
    expect(answer.headers.location).to.equal(undefined);
  });

  it('serves several portals: a market application has one secret, each portal its own tokens', async () => {
    const second = await startPortal({ oauth: pair.oauth, memberId: 'b'.repeat(32) });
    try {
      const here = pair.portal.apps.add({ kind: 'market', handlerUrl: 'https://app.example.com/app' });
      const there = second.apps.add({
        kind: 'market',
        handlerUrl: 'https://app.example.com/app',
        clientId: here.clientId,
      });
      expect(there.clientSecret).to.equal(here.clientSecret);
      expect(there.applicationToken).not.to.equal(here.applicationToken);
      const token = there.issue(1);
      expect((await pair.rest(token.access, 'profile')).body.error).to.equal('invalid_token');
      const answer = await pair.token({
        ...{ grant_type: 'refresh_token', refresh_token: token.refresh },
        ...{ client_id: here.clientId, client_secret: here.clientSecret },
      });
      expect(answer.body.client_endpoint).to.equal(`${second.origin}/rest/`);
    } finally {
      await second.stop();
    }
  });

  it('loses an answer after the tokens were changed', async () => {
    pair.oauth.faults.add({ method: 'refresh_token', times: 1, action: { kind: 'dropAfter' } });
    const { refresh: token } = app.issue(1);
    const failed = await refresh(token).catch((error: Error) => error);
    expect(failed).to.be.instanceOf(Error);
    expect((await refresh(token)).body.error).to.equal('invalid_grant');
  });

  it('answers as the switches say', async () => {
    Object.assign(pair.oauth.switches, {
      tokenScope: 'list',
      invalidClientStatus: 401,
      refreshKillsAccess: false,
      fullCodeAnswer: false,
      accessSeconds: 60,
    });
    const first = app.issue(7);
    const answer = await refresh(first.refresh);
    expect(answer.body).to.include({ scope: 'crm,user', expires_in: 60 });
    expect((await pair.rest(first.access, 'profile')).status).to.equal(200);
    expect((await refresh(first.refresh, { client_secret: 'wrong' })).status).to.equal(401);
    const redirect = await callHttps(
      `${pair.portal.origin}/oauth/authorize/?client_id=${app.clientId}`,
      pair.portal.caPem,
    );
    const code = new URL(String(redirect.headers.location)).searchParams.get('code') ?? '';
    const exchanged = await pair.token({ grant_type: 'authorization_code', ...client(), code });
    expect(exchanged.body).not.to.have.any.keys('expires', 'user_id');
  });
});
