import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'chai';
import { mintToken } from '../../app/http/tokens.ts';
import type { SimulatedApp } from '../portal/simulated-app.ts';
import { eventually } from '../support/eventually.ts';
import { installingIn } from '../support/installing.ts';
import { startWorld, type Tenant, type World } from '../support/world.ts';

const address = '/api/integration/bitrix24';

describe('people who never stop looking', () => {
  let world: World;
  let driver: ReturnType<typeof installingIn>;
  let tenant: Tenant;
  let app: SimulatedApp;
  let mappings: number[];

  // With the limits that every portal has.
  before(async function () {
    this.timeout(120_000);
    world = await startWorld({ apps: true });
    driver = installingIn(world);
    tenant = await world.addTenant();
    app = await driver.install(tenant);
    await world.sql(`insert into objects (tenant_id, name) select $1, 'Камаз ' || n from generate_series(1, 30) n`, [
      tenant.id,
    ]);
    await world.settled(60_000);
    const rows = await world.sql<{ id: number }>('select id from bitrix24_sync_mappings order by local_id');
    mappings = rows.map(({ id }) => id);
  });
  after(() => world.stop());
  beforeEach(() => world.portal.journal.clear());

  const view = (id: number | undefined) => world.call(tenant.token, 'GET', `${address}/mappings/${id}`);

  /** Several callers ask again and again until the story has been told. */
  async function beside(callers: number, ask: (n: number) => Promise<unknown>, story: () => Promise<void>) {
    let isTold = false;
    const asking = Array.from({ length: callers }, async (_, n) => {
      while (!isTold) await ask(n);
    });
    try {
      await sleep(3000);
      await story();
    } finally {
      isTold = true;
      await Promise.all(asking);
    }
  }

  async function expectEditsArrive(word: string): Promise<void> {
    for (const id of [1, 2]) {
      const startedAt = performance.now();
      const name = `${word} ${id}`;
      await world.sql('update objects set name = $1 where id = $2', [name, id]);
      await eventually(async () => (await world.remoteOf(tenant, 'object', id))?.TITLE === name, { timeoutMs: 20_000 });
      expect(performance.now() - startedAt, name).to.be.below(5000);
    }
    const refused = world.portal.journal.entries.filter(({ error }) => error === 'QUERY_LIMIT_EXCEEDED');
    expect(refused).to.deep.equal([]);
  }

  it('at thirty pairs do not hold up what their own company changes', async function () {
    this.timeout(60_000);
    await beside(
      30,
      (n) => view(mappings[n]),
      () => expectEditsArrive('Меняют, пока смотрят'),
    );
  });

  it('at the same pair ask the portal once in three seconds', async function () {
    this.timeout(30_000);
    await sleep(3000);
    world.portal.journal.clear();
    const startedAt = performance.now();
    for (let round = 0; round < 5; round++) {
      const answers = await Promise.all(Array.from({ length: 20 }, () => view(mappings[9])));
      for (const { body } of answers)
        expect(body.data).to.deep.include({ bitrix24_present: true, bitrix24_error: null });
    }
    const most = Math.ceil((performance.now() - startedAt) / 3000) + 1;
    expect(world.portal.journal.entries.filter(({ method }) => method === 'batch').length).to.be.within(1, most);
  });

  it('see at once what a synchronisation has changed since they looked', async () => {
    await view(mappings[10]);
    await world.sql(`update objects set name = 'Видно сразу' where id = 11`);
    await world.settled(30_000);
    const { body } = await view(mappings[10]);
    const title = body.data.fields.find((field: { key: string }) => field.key === 'title');
    expect(title.bitrix24.value).to.equal('Видно сразу');
  });

  it('and open the app three times a second all get in, and hold nothing up', async function () {
    this.timeout(60_000);
    const statuses: number[] = [];
    const open = async (n: number) => {
      const { status } = await driver.session(app.frame({ userId: n % 2 ? 7 : 9 }));
      statuses.push(status);
      await sleep(1000);
    };
    await beside(4, open, () => expectEditsArrive('Меняют, пока открывают'));
    expect(new Set(statuses)).to.deep.equal(new Set([200]));
  });

  it('nor does another company that tries webhooks of the same portal with guessed secrets', async function () {
    this.timeout(60_000);
    const other = await world.addTenant('ООО Василёк');
    const body = { webhook_url: other.webhookUrl.replace(/[^/]+\/$/, 'guessed00secret/') };
    const guess = () => world.call(other.token, 'POST', `${address}/setup`, body);
    await beside(20, guess, () => expectEditsArrive('Меняют, пока пробуют'));
  });
});

describe('requests that wait for their outcome', () => {
  let world: World;
  let tenant: Tenant;
  let other: Tenant;

  before(async function () {
    this.timeout(60_000);
    world = await startWorld({ portal: { switches: { rateLimited: false } }, bucket: { size: 1000, drain: 1000 } });
    tenant = await world.addTenant();
    await world.connect(tenant);
    await world.sql(`insert into objects (tenant_id, name) values ($1, 'Камаз')`, [tenant.id]);
    await world.settled();
    other = await world.addTenant('ООО Василёк');
    await world.sql(`insert into objects (tenant_id, name) select $1, 'Лада ' || n from generate_series(1, 500) n`, [
      other.id,
    ]);
    // The portal hangs: what was asked for does not end by itself.
    world.portal.faults.stall = { kind: 'hang' };
  });
  after(async () => {
    world.portal.faults.clear();
    await world.stop();
  });

  function ask(path = `${address}/cards/deal/1/sync`, body: unknown = {}) {
    const caller = new AbortController();
    const answer = fetch(`http://127.0.0.1:${world.port}${path}`, {
      method: 'POST',
      signal: caller.signal,
      headers: { authorization: `Bearer ${tenant.token}`, 'content-type': 'application/json' },
      body: JSON.stringify(body),
    }).then(
      async (response) => ({ status: response.status, body: await response.json() }),
      () => ({ status: 0, body: null as never }),
    );
    return { answer, hangUp: () => caller.abort() };
  }

  const listTakesMs = async () => {
    const startedAt = performance.now();
    expect((await world.call(other.token, 'GET', '/api/objects')).status).to.equal(200);
    return performance.now() - startedAt;
  };

  it('end with their connection, however many hang up, and other companies are answered meanwhile', async function () {
    this.timeout(60_000);
    /** The slowest list of another company beside two hundred requests that are hung up at once. */
    const besideStorm = async (start: () => ReturnType<typeof ask>): Promise<number> => {
      const asked = Array.from({ length: 200 }, start);
      await sleep(200);
      for (const { hangUp } of asked) hangUp();
      const lists: number[] = [];
      for (let n = 0; n < 10; n++) lists.push(await listTakesMs());
      await Promise.all(asked.map(({ answer }) => answer));
      return Math.max(...lists);
    };
    // A machine that is busy with other things is slow for both.
    const withoutWaiting = await besideStorm(() => ask(`${address}/mappings/1/sync`, { wait: false }));
    const withWaiting = [await besideStorm(() => ask()), await besideStorm(() => ask())];
    expect(Math.min(...withWaiting)).to.be.below(withoutWaiting * 2 + 1000);
    // None is left: as many as may wait find room.
    await eventually(
      async () => {
        const waiting = Array.from({ length: 20 }, () => ask());
        const early = await Promise.race([...waiting.map(({ answer }) => answer), sleep(1000)]);
        for (const { hangUp } of waiting) hangUp();
        expect(early).to.equal(undefined);
      },
      { timeoutMs: 4000 },
    );
  });

  it('are at most twenty for one company: the next are told to come again, and nothing of theirs is done', async function () {
    this.timeout(30_000);
    await eventually(async () => {
      const waiting = [
        ...Array.from({ length: 18 }, () => ask()),
        ...[1, 2].map(() => ask(`${address}/mappings/1/sync`, { wait: true })),
      ];
      await sleep(500);
      const refused = await Promise.race([
        Promise.all([ask(), ask(`${address}/sync/to`, { all: true, wait: true })].map(({ answer }) => answer)),
        sleep(3000).then(() => []),
      ]);
      for (const { hangUp } of waiting) hangUp();
      for (const { status, body } of refused)
        expect({ status, code: body.code }).to.deep.equal({ status: 429, code: 'too_many_waiting' });
      expect(refused).to.have.length(2);
    });
    expect(await world.sql('select 1 from sync_runs')).to.deep.equal([]);
  });

  describe('as streams', () => {
    let runId: number;

    before(async () => {
      const { body } = await world.call(tenant.token, 'POST', `${address}/sync/to`, { sync_objects: true });
      runId = body.data.id;
    });

    const tokenOf = (subject: string, seconds = 3600) =>
      mintToken(String(world.config.jwtSecret), { tenantId: tenant.id, role: 'viewer', subject }, seconds / 3600);

    async function openStream(token: string) {
      const caller = new AbortController();
      const response = await fetch(`http://127.0.0.1:${world.port}${address}/runs/${runId}/stream`, {
        signal: caller.signal,
        headers: { authorization: `Bearer ${token}` },
      });
      return { response, close: () => caller.abort() };
    }

    it('end when the token of their caller has ended', async () => {
      const { response } = await openStream(tokenOf('short', 3));
      expect(response.status).to.equal(200);
      const startedAt = performance.now();
      const text = await response.text();
      expect(performance.now() - startedAt).to.be.within(500, 6000);
      expect(text).to.include('"state":"running"');
    });

    it('are eight for one caller and forty for one company, and leave their place when they are closed', async () => {
      const open: Awaited<ReturnType<typeof openStream>>[] = [];
      const statusOf = async (subject: string) => {
        const stream = await openStream(tokenOf(subject));
        open.push(stream);
        return stream.response.status;
      };
      for (const subject of ['a', 'b', 'c', 'd', 'e'])
        for (let n = 0; n < 8; n++) expect(await statusOf(subject), subject).to.equal(200);
      expect(await statusOf('a')).to.equal(429);
      expect(await statusOf('f')).to.equal(429);
      for (const { close } of open) close();
      await eventually(async () => (await statusOf('a')) === 200);
      for (const { close } of open) close();
    });
  });
});
