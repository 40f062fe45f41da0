import { expect } from 'chai';
import sinon from 'sinon';
import type { PortalAccess } from '../../../../app/bitrix24/access.ts';
import { AppError } from '../../../../app/lib/errors.ts';
import { makeLog } from '../../../../app/lib/log.ts';
import type { Database } from '../../../../app/models/database.ts';
import { makeClients } from '../../../../app/portals/connection/clients.ts';
import { MockBitrix24Client } from '../../../support/mock-bitrix24-client.ts';

function prepare() {
  const stored = new Map<number, string>();
  const access = {
    async find(tenantId: number) {
      const key = stored.get(tenantId);
      if (key === undefined) return null;
      return { key, open: async () => ({ kind: 'webhook', url: '', host: key }) satisfies PortalAccess };
    },
  };
  const made: MockBitrix24Client[] = [];
  const makeClient = sinon.spy(({ host }: PortalAccess) => {
    const client = new MockBitrix24Client(host);
    made.push(client);
    return client;
  });
  const query = sinon.stub().resolves([]);
  const log = makeLog({ level: 'fatal', format: 'json' });
  const watch = {
    noteFields: async () => undefined,
    noteLists: async () => undefined,
    noteChoices: async () => undefined,
  };
  const requests = { note: () => undefined };
  const clients = makeClients({ db: { query } as unknown as Database, access, makeClient, watch, requests, log });
  return { stored, clients, makeClient, made, query };
}

describe('makeClients', () => {
  it('makes one client a tenant and gives it to everybody who asks', async () => {
    const { stored, clients, makeClient } = prepare();
    stored.set(1, 'first').set(2, 'second');
    const one = await clients.clientFor(1);
    expect(await clients.clientFor(1)).to.equal(one);
    expect((await clients.clientFor(2)).portal).to.equal('second');
    expect(makeClient.callCount).to.equal(2);
  });

  it('makes a new client when the webhook was stored anew, by whatever process', async () => {
    const { stored, clients } = prepare();
    stored.set(1, 'old');
    await clients.clientFor(1);
    stored.set(1, 'new');
    expect((await clients.clientFor(1)).portal).to.equal('new');
  });

  it('refuses a tenant without a connection, even right after it was disconnected', async () => {
    const { stored, clients } = prepare();
    stored.set(1, 'old');
    await clients.clientFor(1);
    stored.delete(1);
    const error = await clients.clientFor(1).catch((reason: unknown) => reason);
    expect(error).to.be.instanceOf(AppError);
    expect(error).to.include({ code: 'not_configured', status: 400 });
    expect((error as AppError).text.ru).to.equal('Компания не настроена для интеграции с Битрикс24');
  });

  it('forgets one tenant here and tells the other processes', async () => {
    const { stored, clients, makeClient, made, query } = prepare();
    stored.set(1, 'a').set(2, 'b');
    await clients.clientFor(1);
    await clients.clientFor(2);
    await clients.forgetEverywhere(1);
    expect(made.map((client) => client.callsOf('clearCache').length)).to.deep.equal([1, 0]);
    expect(query.firstCall.args[0]).to.contain('axenta_cache');
    await clients.clientFor(1);
    await clients.clientFor(2);
    expect(makeClient.callCount).to.equal(3);
  });

  it('forgets everything when notices may have been missed', async () => {
    const { stored, clients, makeClient } = prepare();
    stored.set(1, 'a').set(2, 'b');
    await clients.clientFor(1);
    await clients.clientFor(2);
    clients.forget(null);
    await clients.clientFor(1);
    await clients.clientFor(2);
    expect(makeClient.callCount).to.equal(4);
  });
});
