import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'chai';
import pg from 'pg';
import { createTestDatabase, type TestDatabase } from '../../support/database.ts';
import { type DatabaseProxy, startDatabaseProxy } from '../../support/database-proxy.ts';
import { eventually } from '../../support/eventually.ts';

describe('a database that can go away', () => {
  let database: TestDatabase;
  let proxy: DatabaseProxy;
  let clients: pg.Client[] = [];

  before(async () => {
    database = await createTestDatabase({ empty: true });
    proxy = await startDatabaseProxy(database.url);
  });
  after(async () => {
    await proxy.stop();
    await database.drop();
  });
  afterEach(async () => {
    proxy.restore();
    await Promise.all(clients.map((client) => client.end().catch(() => undefined)));
    clients = [];
  });

  async function connect(url = proxy.url): Promise<pg.Client> {
    const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 2000 });
    client.on('error', () => undefined);
    clients.push(client);
    await client.connect();
    return client;
  }
  const one = async (client: pg.Client) => (await client.query('select 1 as one')).rows[0].one;
  const refusalOf = (work: Promise<unknown>) =>
    work.then(
      () => 'no refusal',
      (error: Error) => error.message,
    );

  it('passes everything on while nothing is wrong', async () => {
    const client = await connect();
    expect(await one(client)).to.equal(1);
    const { rows } = await client.query("select repeat('x', 3000000) as text");
    expect(rows[0].text).to.have.length(3_000_000);
    expect(proxy.connections).to.equal(1);
    await client.end();
    await eventually(() => proxy.connections === 0);
  });

  it('is gone when it is cut: sessions break, new ones are refused, and a direct way still works', async () => {
    const client = await connect();
    const asleep = refusalOf(client.query('select pg_sleep(30)'));
    proxy.cut();
    expect(await asleep).to.match(/ECONNRESET|terminated unexpectedly/);
    expect(await refusalOf(connect())).to.match(/ECONNRESET|terminated unexpectedly/);
    expect(await one(await connect(database.url))).to.equal(1);
    proxy.restore();
    expect(await one(await connect())).to.equal(1);
  });

  it('says nothing when it hangs, and answers when it is restored', async () => {
    const client = await connect();
    proxy.hang();
    let answered: unknown = 'nothing yet';
    const query = one(client).then((value) => {
      answered = value;
    });
    await sleep(150);
    expect(answered).to.equal('nothing yet');
    expect(proxy.connections).to.equal(1);
    proxy.restore();
    await query;
    expect(answered).to.equal(1);
  });

  it('takes new connections while it hangs, without a word', async () => {
    proxy.hang();
    const client = new pg.Client({ connectionString: proxy.url, connectionTimeoutMillis: 200 });
    client.on('error', () => undefined);
    expect(await refusalOf(client.connect())).to.match(/timeout/i);
  });
});
