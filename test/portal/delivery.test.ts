import { expect } from 'chai';
import { type PortalPair, startPortalPair } from '../support/portal-pair.ts';
import { type Receiver, startReceiver } from '../support/receiver.ts';
import { makeCertificates } from './certificates.ts';
import type { SimulatedApp } from './simulated-app.ts';

describe('delivery of events to an application', () => {
  let pair: PortalPair;
  let handler: Receiver;
  let app: SimulatedApp;

  beforeEach(async () => {
    pair = await startPortalPair();
    handler = await startReceiver();
    app = pair.portal.apps.add({ kind: 'local', handlerUrl: `${handler.url}/app`, scopes: ['crm', 'user'] });
    await bind('ONCRMDEALADD');
    await bind('ONCRMDEALUPDATE');
  });
  afterEach(async () => {
    await pair.stop();
    await handler.stop();
  });

  const bind = (event: string, params = {}) =>
    pair.rest(app, 'event.bind', { event, handler: `${handler.url}/events`, ...params });
  const settled = () => pair.portal.events.settled();
  const deals = () => pair.portal.records('deal');

  it('is a form with the tokens of whoever acted', async () => {
    const deal = deals().create({ TITLE: 'Первая' }, 7);
    await settled();
    const [post] = handler.of('ONCRMDEALADD');
    expect(post?.headers).to.include({
      'content-type': 'application/x-www-form-urlencoded',
      'user-agent': 'Bitrix24 Webhook Engine',
    });
    const { event, event_handler_id, data, ts, auth } = post?.form ?? {};
    expect(event).to.equal('ONCRMDEALADD');
    expect(event_handler_id).to.match(/^\d+$/);
    expect(data).to.deep.equal({ FIELDS: { ID: deal.ID } });
    expect(Number(ts)).to.be.closeTo(Date.now() / 1000, 5);
    const { access_token, expires, ...rest } = auth;
    expect(rest).to.deep.equal({
      expires_in: '3600',
      scope: 'crm,user',
      domain: pair.portal.host,
      server_endpoint: `${pair.oauth.origin}/rest/`,
      status: 'L',
      client_endpoint: `${pair.portal.origin}/rest/`,
      member_id: pair.portal.memberId,
      user_id: '7',
      application_token: app.applicationToken,
    });
    expect(Number(expires)).to.be.closeTo(Date.now() / 1000 + 3600, 5);
    expect((await pair.rest(access_token, 'profile')).body.result.ID).to.equal('7');
    const [entry] = pair.portal.journal.entries.filter(({ kind }) => kind === 'event');
    expect(entry).to.deep.include({ method: 'ONCRMDEALADD', status: 200 });
    expect(entry?.params).to.include({ id: Number(deal.ID), url: `${handler.url}/events` });
  });

  it('carries no token for what a robot did', async () => {
    pair.portal.store.robot = (_kind, record) =>
      record.fields.SOURCE_ID === 'ROBOT' ? undefined : { SOURCE_ID: 'ROBOT' };
    deals().create({ TITLE: 'Первая' }, 7);
    await settled();
    const [post] = handler.of('ONCRMDEALUPDATE');
    expect(Object.keys(post?.form.auth).sort()).to.deep.equal([
      ...['application_token', 'client_endpoint', 'domain', 'member_id', 'server_endpoint'],
    ]);
  });

  it('carries the tokens of the user whom the binding names', async () => {
    await pair.rest(app, 'event.unbind', { event: 'ONCRMDEALADD', handler: `${handler.url}/events` });
    await bind('ONCRMDEALADD', { auth_type: 9 });
    deals().create({ TITLE: 'Первая' }, 7);
    await settled();
    expect(handler.of('ONCRMDEALADD')[0]?.form.auth.user_id).to.equal('9');
  });

  it('carries what the switch says', async () => {
    pair.portal.switches.eventTokens = 'both';
    pair.portal.switches.scopeSeparator = 'space';
    deals().create({ TITLE: 'Первая' });
    await settled();
    expect(handler.of('ONCRMDEALADD')[0]?.form.auth)
      .to.include.keys('refresh_token')
      .and.include({ scope: 'crm user' });
    pair.portal.switches.eventTokens = 'none';
    handler.clear();
    deals().create({ TITLE: 'Вторая' });
    await settled();
    expect(handler.of('ONCRMDEALADD')[0]?.form.auth).not.to.have.any.keys('access_token', 'user_id');
  });

  it('tells of a deal that moves to another funnel, beside its update or alone', async () => {
    await bind('ONCRMDEALMOVETOCATEGORY');
    const funnelId = pair.portal.store.funnels.add('Монтаж');
    const { ID } = deals().create({ TITLE: 'Первая' });
    deals().update(Number(ID), { CATEGORY_ID: funnelId });
    await settled();
    const names = () => handler.received.map(({ form }) => form.event).filter((event) => event !== 'ONCRMDEALADD');
    expect(names().sort()).to.deep.equal(['ONCRMDEALMOVETOCATEGORY', 'ONCRMDEALUPDATE']);
    expect(handler.of('ONCRMDEALMOVETOCATEGORY')[0]?.form.data.FIELDS).to.deep.equal({
      ...{ ID, CATEGORY_ID: String(funnelId), STAGE_ID: `C${funnelId}:NEW` },
    });
    handler.clear();
    pair.portal.switches.funnelMoveEvents = 'moveOnly';
    deals().update(Number(ID), { CATEGORY_ID: 0 });
    await settled();
    expect(names()).to.deep.equal(['ONCRMDEALMOVETOCATEGORY']);
  });

  it('begins when the installation is finished; what happened before is lost, or kept by the switch', async () => {
    for (const kept of ['dropped', 'kept'] as const) {
      handler.clear();
      pair.portal.switches.eventsBeforeFinish = kept;
      app = pair.portal.apps.add({
        kind: 'local',
        handlerUrl: `${handler.url}/app`,
        installUrl: `${handler.url}/install`,
      });
      expect((await bind('ONCRMCOMPANYADD')).body.result).to.equal(true);
      expect((await bind('ONAPPINSTALL')).body.result).to.equal(true);
      pair.portal.records('company').create({ TITLE: 'Ромашка' });
      await settled();
      expect(handler.of('ONCRMCOMPANYADD')).to.have.length(0);
      app.finishInstall();
      await settled();
      expect(handler.of('ONCRMCOMPANYADD')).to.have.length(kept === 'kept' ? 1 : 0);
      expect(handler.of('ONAPPINSTALL')[0]?.form.auth.application_token).to.equal(app.applicationToken);
      app.uninstall();
    }
  });

  it('reaches a handler over HTTPS whose certificate our authority signed', async () => {
    const secure = await startReceiver(await makeCertificates(pair.oauth.certificateFolder));
    try {
      await pair.rest(app, 'event.bind', { event: 'ONCRMCONTACTADD', handler: `${secure.url}/events` });
      pair.portal.records('contact').create({ NAME: 'Олег' });
      await settled();
      expect(secure.of('ONCRMCONTACTADD')).to.have.length(1);
    } finally {
      await secure.stop();
    }
  });

  it('can lose, double and delay; a failed one is repeated only by the switch', async () => {
    const { faults } = pair.portal.events;
    faults.lossRate = 1;
    deals().create({ TITLE: 'Потеряна' });
    Object.assign(faults, { lossRate: 0, doubleRate: 1 });
    deals().create({ TITLE: 'Дважды' });
    await settled();
    expect(handler.of('ONCRMDEALADD')).to.have.length(2);
    Object.assign(faults, { doubleRate: 0 });
    handler.behaviour.status = 500;
    handler.clear();
    deals().create({ TITLE: 'Отказ' });
    await settled();
    expect(handler.of('ONCRMDEALADD')).to.have.length(1);
    pair.portal.switches.deliveryRepeats = 2;
    handler.clear();
    deals().create({ TITLE: 'Повторы' });
    await settled();
    expect(handler.of('ONCRMDEALADD')).to.have.length(3);
  });

  it('can bring events in another order', async () => {
    pair.portal.events.faults.shuffle = true;
    for (let number = 0; number < 12; number += 1) deals().create({ TITLE: `Сделка ${number}` });
    await settled();
    const ids = handler.of('ONCRMDEALADD').map(({ form }) => Number(form.data.FIELDS.ID));
    const ordered = [...ids].sort((a, b) => a - b);
    expect(ordered).to.have.length(12);
    expect(ids).not.to.deep.equal(ordered);
  });

  it('leaves a slow handler alone for as long as it took', async () => {
    pair.portal.switches.slowHandlerMs = 50;
    handler.behaviour.delayMs = 200;
    deals().create({ TITLE: 'Медленно' });
    await settled();
    handler.behaviour.delayMs = 0;
    const startedAt = performance.now();
    deals().create({ TITLE: 'Позже' });
    await settled();
    expect(performance.now() - startedAt).to.be.greaterThan(120);
    expect(handler.of('ONCRMDEALADD')).to.have.length(2);
  });

  it('gives up on a handler that does not answer', async () => {
    pair.portal.switches.handlerTimeoutMs = 100;
    handler.behaviour.delayMs = 400;
    deals().create({ TITLE: 'Молчание' });
    await settled();
    const entry = pair.portal.journal.entries.find(({ kind }) => kind === 'event');
    expect(entry).to.include({ status: 0, error: 'HTTP 0' });
  });

  it('tests itself', async () => {
    await bind('ONAPPTEST');
    expect((await pair.rest(app, 'event.test', { any: 'data' })).body.result).to.equal(1);
    await settled();
    expect(handler.of('ONAPPTEST')[0]?.form.data).to.deep.equal({ QUERY: { any: 'data' }, LANGUAGE_ID: 'ru' });
  });

  it('tells of payments and, where the switch says so, of new versions', async () => {
    await bind('ONAPPPAYMENT');
    await bind('ONAPPUPDATE');
    app.update();
    app.setPaymentExpired(true);
    deals().create({ TITLE: 'Не оплачено' });
    app.setPaymentExpired(false);
    await settled();
    expect(handler.received.map(({ form }) => form.event)).to.deep.equal(['ONAPPPAYMENT']);
    expect(handler.of('ONAPPPAYMENT')[0]?.form.auth)
      .to.include.keys('access_token')
      .and.not.include.keys('refresh_token');
    const token = app.applicationToken;
    Object.assign(pair.portal.switches, { updateEvent: true, tokenOnUpdate: 'new' });
    app.update();
    await settled();
    const [post] = handler.of('ONAPPUPDATE');
    expect(post?.form.data).to.deep.equal({ VERSION: '3', PREVIOUS_VERSION: '2', LANGUAGE_ID: 'ru' });
    expect(post?.form.auth.application_token).to.equal(app.applicationToken).and.not.equal(token);
  });

  it('leaves outgoing webhooks as they are: no tokens, their own proof', async () => {
    const outgoing = pair.portal.addOutgoingWebhook({ url: `${handler.url}/hook`, events: ['ONCRMDEALADD'] });
    deals().create({ TITLE: 'Первая' });
    await settled();
    const post = handler.received.find(({ path }) => path === '/hook');
    expect(post?.form.auth).to.deep.equal({
      domain: pair.portal.host,
      client_endpoint: `${pair.portal.origin}/rest/`,
      server_endpoint: `${pair.oauth.origin}/rest/`,
      member_id: pair.portal.memberId,
      application_token: outgoing.token,
    });
  });
});
