import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'chai';
import pg from 'pg';
import { makeLog } from '../../../app/lib/log.ts';
import { connectDatabase, type Database, queryRows } from '../../../app/models/database.ts';
import { retryingTransaction } from '../../../app/models/retrying-transaction.ts';
import { defaultTimings } from '../../../app/sync/deps.ts';
import { markAsOurs } from '../../../app/sync/load/local-rows.ts';
import { makeReconcile } from '../../../app/sync/reconcile.ts';
import { createTestDatabase, type TestDatabase } from '../../support/database.ts';
import { eventually } from '../../support/eventually.ts';
import { MockBitrix24Client } from '../../support/mock-bitrix24-client.ts';
import { steadyConnection } from '../../support/steady-connection.ts';

const log = makeLog({ level: 'fatal', format: 'json' });

/** A portal in memory that is asked for origins as slowly as a test wants, and tells what it was asked in which order. */
class AskedPortal extends MockBitrix24Client {
  readonly heard: string[] = [];
  /** What the next look for origins waits for. */
  beforeLook: () => Promise<unknown> = async () => undefined;
  /** What the answer to a create waits for. */
  beforeCreated: () => Promise<unknown> = () => sleep(5);

  override async findByOrigin(...args: Parameters<MockBitrix24Client['findByOrigin']>) {
    this.heard.push(`look for ${args[1].length}`);
    await this.beforeLook();
    return super.findByOrigin(...args);
  }

  override async write(...args: Parameters<MockBitrix24Client['write']>) {
    this.heard.push(`create ${args[0].length}`);
    await this.beforeCreated();
    return super.write(...args);
  }

  get creates(): number {
    return this.heard.filter((what) => what.startsWith('create')).length;
  }
}

/** A tenant whose objects are all new to the portal, in a queue that a statement over many rows filled. */
async function prepare({ url }: TestDatabase, objects: number) {
  const db: Database = connectDatabase(url, log, 16);
  const portal = new AskedPortal();
  const [company] = await queryRows<{ id: number }>(
    db,
    `insert into companies (name) values ('ООО Ромашка') returning id`,
  );
  const tenantId = company?.id ?? 0;
  await queryRows(
    db,
    `insert into bitrix24_connections (tenant_id, kind, portal_host) values ($tenantId, 'webhook', 'portal.example')`,
    { tenantId },
  );
  await queryRows(
    db,
    `insert into objects (tenant_id, name) select $tenantId, 'Камаз ' || n from generate_series(1, $objects::integer) n`,
    { tenantId, objects },
  );
  const time = { aheadMs: 0 };
  const reconcile = makeReconcile({
    db,
    clock: { now: () => new Date(Date.now() + time.aheadMs), sleep: async () => undefined },
    log,
    timings: { ...defaultTimings },
    random: () => 0.5,
    clientFor: async () => portal,
    connections: steadyConnection,
  });
  return {
    db,
    portal,
    time,
    load: () => reconcile(tenantId, { signal: new AbortController().signal, log }),
    close: () => db.close(),
  };
}

describe('the first load of a tenant', () => {
  let database: TestDatabase;

  beforeEach(async () => {
    database = await createTestDatabase();
  });
  afterEach(() => database.drop());

  it('begins to create before the portal was asked for the origins of all records', async function () {
    this.timeout(20_000);
    const { portal, load, close } = await prepare(database, 1200);
    try {
      portal.beforeLook = async () => {
        // The second look is answered when the records of the first are on their way.
        if (portal.heard.filter((what) => what.startsWith('look')).length > 1)
          await eventually(() => portal.creates > 0, { timeoutMs: 5000 });
      };
      await load();
      expect(portal.heard.filter((what) => what.startsWith('look'))).to.deep.equal(['look for 500', 'look for 700']);
      expect(portal.records.object.size).to.equal(1200);
    } finally {
      await close();
    }
  });

  it('sends the next records while those that the portal answered wait for the database', async function () {
    this.timeout(20_000);
    const { portal, load, close } = await prepare(database, 600);
    const other = new pg.Client({ connectionString: database.url });
    await other.connect();
    try {
      // Every commit writes a line of the log.
      await other.query('begin; lock table sync_log in exclusive mode');
      const loading = load();
      // The portal works on eight at once: the ninth leaves when one of them has been answered.
      await eventually(() => portal.creates > 8, { timeoutMs: 1500, everyMs: 10 });
      await other.query('rollback');
      await loading;
      expect(portal.records.object.size).to.equal(600);
    } finally {
      await other.end();
      await close();
    }
  });

  it('creates a record as it is when its step leaves, not as it was when it was planned', async function () {
    this.timeout(20_000);
    const { db, portal, time, load, close } = await prepare(database, 100);
    try {
      let isEdited = false;
      portal.beforeCreated = async () => {
        if (isEdited) return;
        isEdited = true;
        // As the engine itself writes: nothing is queued anew.
        await retryingTransaction(db, async (transaction) => {
          await markAsOurs(db, transaction);
          await queryRows(db, `update objects set name = 'Переименован'`, {}, transaction);
        });
        time.aheadMs = 3000;
      };
      await load();
      const titles = [...portal.records.object.values()].map(({ fields }) => fields.TITLE);
      expect(titles).to.have.length(100);
      expect(titles.at(-1)).to.equal('Переименован');
    } finally {
      await close();
    }
  });
});
