import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'chai';
import { eventually } from '../support/eventually.ts';
import { callHttps } from '../support/https-caller.ts';
import { type OpenCall, openCall } from '../support/open-call.ts';
import { startOAuthServer } from './oauth-server.ts';
import { type PortalWebhook, type SimulatedPortal, startPortal } from './portal.ts';

describe('answers of the simulated portal that never end', () => {
  let portal: SimulatedPortal;
  let webhook: PortalWebhook;
  let calls: OpenCall[] = [];

  beforeEach(async () => {
    portal = await startPortal();
    webhook = portal.addWebhook();
  });
  afterEach(async () => {
    for (const call of calls) call.close();
    calls = [];
    await portal.stop();
  });

  const open = (method: string, params: Record<string, unknown> = {}) => {
    const call = openCall(webhook.url + method, portal.caPem, params);
    calls.push(call);
    return call;
  };
  const ask = async () => (await callHttps(`${webhook.url}scope`, portal.caPem, { json: {} })).status;
  const create = { entityTypeId: 2, fields: { title: 'Новая' } };
  const deals = () => portal.records('deal').list();

  it('a request that hangs gets no byte, does nothing, and leaves others alone', async () => {
    portal.faults.add({ method: 'crm.item.add', times: 1, action: { kind: 'hang' } });
    const call = open('crm.item.add', create);
    await eventually(() => portal.workers.inFlight === 1);
    await sleep(100);
    expect(call).to.include({ state: 'open', status: 0, bytes: 0 });
    expect(await ask()).to.equal(200);
    expect(deals()).to.deep.equal([]);
    call.close();
    await eventually(() => portal.workers.inFlight === 0);
  });

  it('a request may hang after everything was done', async () => {
    portal.faults.add({ method: 'crm.item.add', times: 1, action: { kind: 'hang', executed: true } });
    const call = open('crm.item.add', create);
    await eventually(() => deals().length === 1);
    expect(call).to.include({ state: 'open', status: 0 });
  });

  it('a command that hangs holds its batch, what came before it stays', async () => {
    portal.faults.add({ method: 'crm.item.list', action: { kind: 'hang' } });
    const cmd = ['crm.item.add?entityTypeId=2&fields[title]=A', 'crm.item.list?entityTypeId=2'];
    const call = open('batch', { cmd });
    await eventually(() => deals().length === 1);
    expect(call).to.include({ state: 'open', status: 0 });
  });

  it('a dripping answer has headers and grows byte by byte', async () => {
    portal.faults.add({ action: { kind: 'drip', everyMs: 10 } });
    const call = open('crm.item.list', { entityTypeId: 2 });
    await eventually(() => call.bytes > 25);
    expect(call).to.include({ state: 'open', status: 200 });
    expect(call.bytes).to.be.lessThan(2000);
  });

  it('a flood goes on for as long as the caller reads', async () => {
    portal.faults.add({ action: { kind: 'flood' } });
    const call = open('crm.item.list', { entityTypeId: 2 });
    await eventually(() => call.bytes > 20_000_000);
    expect(call).to.include({ state: 'open', status: 200 });
    call.close();
    await eventually(() => portal.workers.inFlight === 0);
  });

  it('a whole portal hangs from now on, and answers new requests when it is released', async () => {
    portal.faults.stall = { kind: 'hang' };
    const call = open('crm.item.add', create);
    open('scope');
    await eventually(() => portal.workers.inFlight === 2);
    portal.faults.stall = null;
    expect(await ask()).to.equal(200);
    expect(call.state).to.equal('open');
    expect(deals()).to.deep.equal([]);
  });

  it('a stop of the portal closes what hangs', async () => {
    portal.faults.stall = { kind: 'hang' };
    const call = open('scope');
    await eventually(() => portal.workers.inFlight === 1);
    await portal.stop();
    await eventually(() => call.state === 'broken');
  });

  it('the authorization server can hang too', async () => {
    const oauth = await startOAuthServer();
    oauth.faults.stall = { kind: 'hang' };
    const call = openCall(`${oauth.origin}/oauth/token/`, oauth.caPem, {});
    calls.push(call);
    await sleep(150);
    expect(call).to.include({ state: 'open', status: 0 });
    await oauth.stop();
    await eventually(() => call.state === 'broken');
  });
});
