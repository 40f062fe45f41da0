import https from 'node:https';
import tls from 'node:tls';
import { B24OAuth, type CallbackRefreshAuth } from '@bitrix24/b24jssdk';
import { expect } from 'chai';
import { type PortalPair, startPortalPair } from '../support/portal-pair.ts';
import type { SimulatedApp } from './simulated-app.ts';

/** The official SDK as a judge: what it makes of the portal's answers without any help of ours. */
describe('the official SDK at the portal', () => {
  let pair: PortalPair;
  let app: SimulatedApp;
  const trusted = https.globalAgent.options.ca;

  before(async () => {
    pair = await startPortalPair();
    https.globalAgent.options.ca = [...tls.rootCertificates, pair.portal.caPem];
    app = pair.portal.apps.add({ kind: 'local', handlerUrl: 'https://app.example.com/app' });
  });
  after(async () => {
    if (trusted === undefined) delete https.globalAgent.options.ca;
    else https.globalAgent.options.ca = trusted;
    await pair.stop();
  });

  function connect(): B24OAuth {
    const { access, refresh, expires } = app.issue(1);
    return new B24OAuth(
      {
        ...{ applicationToken: app.applicationToken, userId: 1, memberId: pair.portal.memberId },
        ...{ accessToken: access, refreshToken: refresh, expires, expiresIn: 3600, scope: 'crm', status: 'L' },
        domain: pair.portal.host,
        clientEndpoint: `${pair.portal.origin}/rest/`,
        serverEndpoint: `${pair.oauth.origin}/rest/`,
      },
      { clientId: app.clientId, clientSecret: app.clientSecret },
    );
  }

  it('calls with a token, lists and packs', async () => {
    for (const title of ['Альфа', 'Бета']) pair.portal.records('company').create({ TITLE: title });
    const b24 = connect();
    const profile = await b24.actions.v2.call.make<{ ID: string }>({ method: 'profile' });
    expect(profile.getData()?.result).to.include({ ID: '1', ADMIN: true });
    const params = { entityTypeId: 4, select: ['id', 'title'] };
    const list = await b24.actions.v2.callList.make<{ title: string }>({
      ...{ method: 'crm.item.list', params, idKey: 'id', customKeyForResult: 'items' },
    });
    expect(list.getData()?.map((item) => item.title)).to.deep.equal(['Альфа', 'Бета']);
    const batch = await b24.actions.v2.batch.make({
      calls: { first: { method: 'crm.item.get', params: { entityTypeId: 4, id: 1 } } },
    });
    expect(batch.isSuccess).to.equal(true);
    b24.destroy();
  });

  it('renews tokens that ran out, once, and repeats the call', async () => {
    const b24 = connect();
    const renewed: Parameters<CallbackRefreshAuth>[0][] = [];
    b24.setCallbackRefreshAuth(async (params) => {
      renewed.push(params);
    });
    pair.oauth.tokens.expireAccess();
    const before = pair.oauth.refreshes;
    const answer = await b24.actions.v2.call.make<{ ID: string }>({ method: 'profile' });
    expect(answer.getData()?.result).to.include({ ID: '1' });
    expect(pair.oauth.refreshes - before).to.equal(1);
    expect(renewed[0]?.authData).to.include({ member_id: pair.portal.memberId });
    b24.destroy();
  });

  it('hears that a chain is dead', async () => {
    const b24 = connect();
    pair.oauth.tokens.expireAccess();
    pair.oauth.tokens.expireRefresh();
    const error = await b24.actions.v2.call.make({ method: 'profile' }).catch((thrown: Error) => thrown);
    expect(error).to.be.instanceOf(Error).and.have.property('message').that.includes('Invalid grant');
    b24.destroy();
  });
});
