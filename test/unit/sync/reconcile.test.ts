import { expect } from 'chai';
import type { WriteCommand } from '../../../app/bitrix24/client.ts';
import { makeLog } from '../../../app/lib/log.ts';
import type { Database } from '../../../app/models/database.ts';
import { connectDatabase, queryRows } from '../../../app/models/database.ts';
import { defaultTimings, type SyncDeps } from '../../../app/sync/deps.ts';
import { makeReconcile } from '../../../app/sync/reconcile.ts';
import { createTestDatabase, type TestDatabase } from '../../support/database.ts';
import { MockBitrix24Client } from '../../support/mock-bitrix24-client.ts';
import { mockError } from '../../support/mock-values.ts';

const log = makeLog({ level: 'fatal', format: 'json' });
const clock = { now: () => new Date(), sleep: async () => undefined };

/** One tenant with a connection on a database of its own, and a portal in memory. */
async function prepare(database: TestDatabase) {
  const db: Database = connectDatabase(database.url, log, 4);
  const rows = <Row extends object = Record<string, unknown>>(sql: string, bind = {}) => queryRows<Row>(db, sql, bind);
  const [company] = await rows<{ id: number }>(`insert into companies (name) values ('ООО Ромашка') returning id`);
  const tenantId = company?.id ?? 0;
  await rows(
    `insert into bitrix24_connections (tenant_id, kind, portal_host) values ($tenantId, 'webhook', 'portal.example')`,
    {
      tenantId,
    },
  );
  const client = new MockBitrix24Client();
  const suspended: string[] = [];
  const paused: { code: string; failures: number }[] = [];
  const deps: SyncDeps = {
    db,
    clock,
    log,
    timings: { ...defaultTimings },
    random: () => 0.5,
    clientFor: async () => client,
    connections: {
      find: async () => ({ state: 'active', pausedUntil: null, pauseFailures: 0 }),
      suspend: async (_tenant, { code }) => void suspended.push(code),
      pause: async (_tenant, _until, { code, failures }) => void paused.push({ code, failures }),
      clearPause: async () => undefined,
    },
  };
  const reconcile = makeReconcile(deps);
  return {
    rows,
    client,
    deps,
    suspended,
    paused,
    addObject: async (name: string): Promise<number> => {
      const [row] = await rows<{ id: number }>(
        'insert into objects (tenant_id, name) values ($tenantId, $name) returning id',
        { tenantId, name },
      );
      return row?.id ?? 0;
    },
    run: () => reconcile(tenantId, { signal: new AbortController().signal, log }),
    /** Lets the given time pass for everything that waits in the queue. */
    pass: (ms: number) =>
      rows(
        `update sync_queue set due_at = due_at - make_interval(secs => $ms::float8 / 1000),
                create_sent_at = create_sent_at - make_interval(secs => $ms::float8 / 1000)`,
        { ms },
      ),
    queued: () =>
      rows<{ record_id: string; attempts: number; create_sent_at: Date | null }>(
        'select record_id, attempts, create_sent_at from sync_queue order by record_id',
      ),
    titles: () => [...client.records.object.values()].map((record) => record.fields.TITLE),
    close: () => db.close(),
  };
}

describe('makeReconcile, on a portal in memory', () => {
  let database: TestDatabase;
  let world: Awaited<ReturnType<typeof prepare>>;

  beforeEach(async () => {
    database = await createTestDatabase();
    world = await prepare(database);
  });
  afterEach(async () => {
    await world.close();
    await database.drop();
  });

  it('creates, then sends what changed alone, then nothing', async () => {
    const id = await world.addObject('Камаз');
    await world.run();
    expect(world.titles()).to.deep.equal(['Камаз']);
    await world.rows(`update objects set name = 'Камаз 5490' where id = $id`, { id });
    await world.run();
    const [, second] = world.client.callsOf('write');
    const commands = (second?.args[0] ?? []) as WriteCommand[];
    expect(commands.map(({ operation }) => operation)).to.deep.equal(['update']);
    expect(commands[0]).to.deep.include({ changes: { fields: { TITLE: 'Камаз 5490' }, multifields: [] } });
    await world.rows('update objects set updated_at = now()');
    await world.run();
    expect(world.client.callsOf('write')).to.have.length(2);
    expect(await world.queued()).to.deep.equal([]);
  });

  it('knows a pair to be equal as of the reading, however long it takes to write that down', async () => {
    await world.addObject('Камаз');
    await world.run();
    const syncedAt = async () =>
      (await world.rows<{ at: Date }>('select last_sync_at as at from bitrix24_sync_mappings'))[0]?.at.getTime() ?? 0;
    for (const touch of ['update objects set updated_at = now()', `update objects set name = 'Камаз 2'`]) {
      const before = await syncedAt();
      let readAt = 0;
      const read = world.client.read.bind(world.client);
      world.client.read = async (...args) => {
        const found = await read(...args);
        readAt = Date.now();
        // A portal that is slow to answer.
        await new Promise((resolve) => setTimeout(resolve, 300));
        return found;
      };
      await world.rows(touch);
      await world.run();
      world.client.read = read;
      expect(await syncedAt())
        .to.be.above(before)
        .and.at.most(readAt);
    }
  });

  it('charges nobody when the portal cannot be reached, and pauses the tenant', async () => {
    await world.addObject('Камаз');
    world.client.setShouldFail(true, 'Test error');
    await world.run();
    expect(world.paused).to.deep.equal([{ code: 'portal_unreachable', failures: 1 }]);
    const [row] = await world.queued();
    expect(row?.attempts).to.equal(0);
    world.client.setShouldFail(false);
    await world.run();
    expect(world.titles()).to.deep.equal(['Камаз']);
  });

  it('stops the tenant when the portal refuses the connection', async () => {
    await world.addObject('Камаз');
    world.client.setShouldFail(true, 'Test error', { kind: 'auth', code: 'INVALID_CREDENTIALS', retryable: false });
    await world.run();
    expect(world.suspended).to.deep.equal(['INVALID_CREDENTIALS']);
    expect(await world.rows('select 1 from integration_errors')).to.deep.equal([]);
  });

  it('gives up a record that is refused, and it alone', async () => {
    await world.addObject('Плохой');
    await world.addObject('Хороший');
    const refusal = mockError('Invalid value', {
      code: 'CRM_FIELD_ERROR_VALUE_NOT_VALID',
      kind: 'validation',
      retryable: false,
    });
    world.client.refuse = (command) =>
      command.operation === 'create' && command.changes.fields.TITLE === 'Плохой' ? refusal : undefined;
    await world.run();
    expect(world.titles()).to.deep.equal(['Хороший']);
    expect(await world.queued()).to.deep.equal([]);
    const errors = await world.rows('select code, operation, status, attempts from integration_errors');
    expect(errors).to.deep.equal([
      { code: 'CRM_FIELD_ERROR_VALUE_NOT_VALID', operation: 'create_deal', status: 'failed', attempts: 1 },
    ]);
  });

  it('looks a create up whose answer was lost, not before the minute is over, and adopts it', async () => {
    await world.addObject('Камаз');
    world.client.setLosesAnswers(true);
    await world.run();
    world.client.setLosesAnswers(false);
    const [row] = await world.queued();
    expect(row?.create_sent_at).to.be.instanceOf(Date);
    const asked = world.client.callsOf('findByOrigin').length;
    await world.pass(50_000);
    await world.run();
    expect(world.client.callsOf('findByOrigin')).to.have.length(asked);
    await world.pass(30_000);
    await world.run();
    expect(world.client.callsOf('findByOrigin')).to.have.length(asked + 1);
    expect(world.titles()).to.deep.equal(['Камаз']);
    expect(await world.queued()).to.deep.equal([]);
    const mappings = await world.rows('select state from bitrix24_sync_mappings');
    expect(mappings).to.deep.equal([{ state: 'linked' }]);
  });

  it('tries a create three times and leaves it to a person then', async () => {
    await world.addObject('Камаз');
    world.client.refuse = () => mockError('Internal error', { code: 'INTERNAL_SERVER_ERROR', uncertain: true });
    for (let attempt = 1; attempt <= 3; attempt++) {
      await world.run();
      const [row] = await world.queued();
      expect(row?.attempts, `after attempt ${attempt}`).to.equal(attempt < 3 ? attempt : undefined);
      await world.pass(600_000);
    }
    const errors = await world.rows('select attempts, status from integration_errors');
    expect(errors).to.deep.equal([{ attempts: 3, status: 'failed' }]);
  });

  it('asks for each record that the list does not show, and believes only the portal itself', async () => {
    const id = await world.addObject('Камаз');
    await world.run();
    const [deal] = [...world.client.records.object.values()];
    const hidden = world.client.records.object;
    const read = world.client.read.bind(world.client);
    world.client.read = async (...args) => {
      await read(...args);
      return new Map();
    };
    await world.rows(`update objects set name = 'Камаз 2' where id = $id`, { id });
    await world.run();
    expect(world.client.callsOf('findAll').flatMap((call) => call.args[1])).to.deep.equal([deal?.id]);
    expect(hidden.get(deal?.id ?? 0)?.fields.TITLE).to.equal('Камаз 2');
  });

  it('holds a mass of deletions instead of following it', async () => {
    await world.rows(`update companies set settings = '{"on_bitrix24_delete":{"object":"delete"}}'`);
    for (let n = 1; n <= 30; n++) await world.addObject(`Объект ${n}`);
    await world.run();
    world.client.records.object.clear();
    await world.rows('update objects set description = $text', { text: 'изменён' });
    await world.run();
    expect(world.client.records.object.size).to.equal(0);
    const mappings = await world.rows('select distinct state from bitrix24_sync_mappings');
    expect(mappings).to.deep.equal([{ state: 'linked' }]);
    const held = await world.rows('select count(*)::integer as held from sync_held where state = $held', {
      held: 'held',
    });
    expect(held).to.deep.equal([{ held: 30 }]);
    expect(await world.rows('select 1 from objects where deleted_at is not null')).to.deep.equal([]);
  });

  it('links a contact that people made instead of doubling it', async () => {
    const email = { id: 900, typeId: 'EMAIL', valueType: 'WORK', value: 'anna@example.com' } as const;
    world.client.put('user', { id: 7, fields: { NAME: 'Анна', LAST_NAME: 'Иванова' }, multifields: [email] });
    await world.rows(
      `insert into users (tenant_id, name, email) select id, 'Анна Иванова', 'anna@example.com' from companies`,
    );
    await world.run();
    expect(world.client.records.user.size).to.equal(1);
    expect(world.client.records.user.get(7)).to.deep.include({ originatorId: 'axenta' });
    const mappings = await world.rows('select bitrix24_id, state from bitrix24_sync_mappings');
    expect(mappings).to.deep.equal([{ bitrix24_id: '7', state: 'linked' }]);
  });

  it('treats a delete of what is gone already as done', async () => {
    const id = await world.addObject('Камаз');
    await world.run();
    await world.rows(`update companies set settings = '{"on_local_delete":{"object":"delete"}}'`);
    world.client.refuse = (command) =>
      command.operation === 'delete' ? mockError('Not found', { kind: 'gone', retryable: false }) : undefined;
    await world.rows('update objects set deleted_at = now() where id = $id', { id });
    await world.run();
    expect(world.client.callsOf('write')).to.have.length(2);
    expect(await world.queued()).to.deep.equal([]);
    expect(await world.rows('select 1 from integration_errors')).to.deep.equal([]);
  });
});
