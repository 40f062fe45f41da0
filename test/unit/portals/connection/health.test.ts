import { expect } from 'chai';
import sinon from 'sinon';
import type { Log } from '../../../../app/lib/log.ts';
import type { Database } from '../../../../app/models/database.ts';
import type { Connection, Connections } from '../../../../app/portals/connection/connections.ts';
import { makeHealth } from '../../../../app/portals/connection/health.ts';
import { MockBitrix24Client } from '../../../support/mock-bitrix24-client.ts';

function prepare({
  state = 'active' as Connection['state'],
  scope = ['crm'],
  connected = true,
  pauseReason = null as string | null,
} = {}) {
  let nowMs = 0;
  const connection = {
    state,
    portal: 'portal.example',
    pauseReason,
    pauseFailures: pauseReason ? 3 : 0,
    error: { code: 'gone', message: 'Вебхук удалён' },
  } as Connection;
  const connections = {
    find: async () => (connected ? connection : null),
    suspend: sinon.stub().resolves(),
    resume: sinon.stub().resolves(),
    clearPause: sinon.stub().resolves(),
    markChecked: sinon.stub().resolves(),
  };
  const client = new MockBitrix24Client();
  client.scopes = scope;
  const health = makeHealth({
    db: { query: sinon.stub().resolves([]) } as unknown as Database,
    connections: connections as unknown as Connections,
    clientFor: async () => client,
    tokenRefreshedAt: async () => null,
    clock: { now: () => new Date(nowMs), sleep: async () => undefined },
    log: { info: () => undefined } as unknown as Log,
  });
  const pass = (ms: number) => {
    nowMs += ms;
  };
  const asked = () => client.callsOf('profile').length;
  return { health, connections, client, asked, pass };
}

describe('makeHealth', () => {
  afterEach(() => sinon.restore());

  it('asks the portal and reports that it answers', async () => {
    const { health, client, connections } = prepare();
    expect(await health.report(1)).to.deep.include({ status: 'healthy', error: null });
    expect(client.calls).to.deep.equal([{ method: 'profile', args: [{ urgency: 'interactive' }] }]);
    expect(connections.resume.called).to.equal(false);
  });

  it('remembers the answer for five seconds, however many ask', async () => {
    const { health, asked, pass } = prepare();
    await Promise.all([health.report(1), health.report(1)]);
    pass(4999);
    await health.report(1);
    expect(asked()).to.equal(1);
    pass(1);
    await health.report(1);
    expect(asked()).to.equal(2);
  });

  it('tells what is known without asking the portal', async () => {
    const active = prepare();
    expect((await active.health.report(1, { live: false })).error).to.equal(null);
    const suspended = prepare({ state: 'suspended' });
    expect((await suspended.health.report(1, { live: false })).error).to.include({ code: 'connection_suspended' });
    expect((await prepare({ connected: false }).health.report(1, { live: false })).error).to.include({
      code: 'not_configured',
    });
    expect(active.asked() + suspended.asked()).to.equal(0);
    expect(suspended.connections.resume.called).to.equal(false);
  });

  it('asks anew once the cache is cleared', async () => {
    const { health, asked } = prepare();
    await health.report(1);
    health.forget(1);
    await health.report(1);
    expect(asked()).to.equal(2);
  });

  it('asks nobody when the tenant has no connection', async () => {
    const { health, asked } = prepare({ connected: false });
    expect((await health.report(1)).error).to.include({ code: 'not_configured' });
    expect(asked()).to.equal(0);
  });

  it('suspends a connection that the portal refuses', async () => {
    const { health, connections, client } = prepare();
    client.setShouldFail(true, 'Test error', { kind: 'auth', code: 'INVALID_CREDENTIALS' });
    const { error } = await health.report(1);
    const text = { ru: 'Test error. Повторите', en: 'Test error. Retry' };
    expect(error).to.deep.equal({ code: 'INVALID_CREDENTIALS', text });
    expect(connections.suspend.calledOnceWith(1)).to.equal(true);
  });

  for (const kind of ['network', 'limit'] as const) {
    it(`does not suspend for a failure of kind ${kind}`, async () => {
      const { health, connections, client } = prepare();
      client.setShouldFail(true, 'Test error', { kind });
      expect((await health.report(1)).status).to.equal('down');
      expect(connections.suspend.called).to.equal(false);
    });
  }

  it('resumes a suspended connection that works again', async () => {
    const { health, connections } = prepare({ state: 'suspended' });
    expect((await health.report(1)).status).to.equal('healthy');
    expect(connections.resume.calledOnceWith(1)).to.equal(true);
  });

  it('ends the wait for a portal that answers again', async () => {
    const { health, connections } = prepare({ pauseReason: 'portal_unreachable' });
    await health.report(1);
    expect(connections.clearPause.calledOnceWith(1)).to.equal(true);
    expect(connections.resume.called).to.equal(false);
  });

  for (const pauseReason of ['QUERY_LIMIT_EXCEEDED', 'limit_reached', null]) {
    it(`ends no wait for ${pauseReason ?? 'nothing'}`, async () => {
      const { health, connections } = prepare({ pauseReason });
      await health.report(1);
      expect(connections.clearPause.called).to.equal(false);
    });
  }

  it('leaves a connection suspended while its webhook lacks the right to the CRM', async () => {
    const { health, connections } = prepare({ state: 'suspended', scope: ['user'] });
    const { error } = await health.report(1);
    expect(error?.code).to.equal('connection_suspended');
    expect(error?.text.ru).to.contain('Вебхук удалён');
    expect(connections.resume.called).to.equal(false);
  });

  it('shows a defect of ours as one, and does not remember it', async () => {
    const { health, client } = prepare();
    sinon.stub(client, 'profile').onFirstCall().rejects(new TypeError('a defect')).callThrough();
    const error = await health.report(1).catch((reason: unknown) => reason);
    expect(error).to.be.instanceOf(TypeError);
    expect((await health.report(1)).status).to.equal('healthy');
  });

  it('throws what is wrong to whoever needs a working connection, and never from memory', async () => {
    const { health, client } = prepare();
    await health.require(1);
    client.setHealthStatus(false);
    const error = await health.require(1).catch((reason: unknown) => reason);
    expect(error).to.include({ code: 'portal_unreachable' });
  });
});
