import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'chai';
import fc from 'fast-check';
import type { WriteCommand } from '../../../app/bitrix24/client.ts';
import { makeLog } from '../../../app/lib/log.ts';
import { connectDatabase, queryRows } from '../../../app/models/database.ts';
import { retryingTransaction } from '../../../app/models/retrying-transaction.ts';
import { defaultTimings } from '../../../app/sync/deps.ts';
import { markAsOurs } from '../../../app/sync/load/local-rows.ts';
import { enqueue, priorities } from '../../../app/sync/queue/sync-queue.ts';
import { makeReconcile } from '../../../app/sync/reconcile.ts';
import { createTestDatabase, type TestDatabase } from '../../support/database.ts';
import { MockBitrix24Client } from '../../support/mock-bitrix24-client.ts';
import { steadyConnection } from '../../support/steady-connection.ts';

const log = makeLog({ level: 'fatal', format: 'json' });
const howMany = 8;

/** A portal in memory whose answers take their time, and which sees whether one record is written by two requests at once. */
class SlowPortal extends MockBitrix24Client {
  readonly crossed: string[] = [];
  readonly #inHand = new Set<string>();
  readonly #delays: readonly number[];
  #calls = 0;

  constructor(delays: readonly number[]) {
    super();
    this.#delays = delays;
    this.commandsPerBatch = 3;
  }

  #pause(): Promise<void> {
    this.#calls += 1;
    return sleep(this.#delays[this.#calls % this.#delays.length]);
  }

  override async readEach(...args: Parameters<MockBitrix24Client['readEach']>) {
    await this.#pause();
    const answer = await super.readEach(...args);
    await this.#pause();
    return answer;
  }

  override async findByOrigin(...args: Parameters<MockBitrix24Client['findByOrigin']>) {
    const answer = await super.findByOrigin(...args);
    await this.#pause();
    return answer;
  }

  override async write(...args: Parameters<MockBitrix24Client['write']>) {
    const keys = args[0].map(keyOf);
    this.crossed.push(...keys.filter((key) => this.#inHand.has(key)));
    for (const key of keys) this.#inHand.add(key);
    await this.#pause();
    const answer = await super.write(...args);
    await this.#pause();
    for (const key of keys) this.#inHand.delete(key);
    return answer;
  }
}

function keyOf(command: WriteCommand): string {
  return command.operation === 'create' ? `origin ${command.originId}` : `id ${command.id}`;
}

type Act =
  /** Somebody edits one object in the CRM: the urgent lane. */
  | { kind: 'edit'; at: number }
  /** Another program changes many objects in one statement: the bulk lane. */
  | { kind: 'bulk' }
  /** A manager edits the deal, and an event tells of it. */
  | { kind: 'deal'; at: number }
  /** A person asks for one record, or a run does. */
  | { kind: 'ask'; at: number; isRun: boolean }
  | { kind: 'wait'; ms: number };

const at = fc.integer({ min: 0, max: howMany - 1 });
const act: fc.Arbitrary<Act> = fc.oneof(
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('edit' as const), at }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('bulk' as const) }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('deal' as const), at }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('ask' as const), at, isRun: fc.boolean() }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('wait' as const), ms: fc.integer({ min: 1, max: 25 }) }) },
);

/** A tenant with objects that are queued as bulk work, and one turn after another beside what `acts` do. */
async function play(url: string, acts: readonly Act[], delays: readonly number[]) {
  const db = connectDatabase(url, log, 6);
  const rows = <Row extends object = Record<string, unknown>>(sql: string, bind = {}) => queryRows<Row>(db, sql, bind);
  const portal = new SlowPortal(delays);
  try {
    const [company] = await rows<{ id: number }>(`insert into companies (name) values ('ООО Ромашка') returning id`);
    const tenantId = company?.id ?? 0;
    await rows(
      `insert into bitrix24_connections (tenant_id, kind, portal_host) values ($tenantId, 'webhook', 'p.example')`,
      {
        tenantId,
      },
    );
    /** As a run queues records: the statement itself queues none. */
    const queuedAsRun = (sql: string, bind: Record<string, unknown> = {}) =>
      retryingTransaction(db, async (transaction) => {
        await markAsOurs(db, transaction);
        const found = await queryRows<{ id: number }>(db, sql, { tenantId, ...bind }, transaction);
        const request = { tenantId, entity: 'object', side: 'local', reason: 'run', priority: priorities.run } as const;
        const requests = found.map(({ id }) => ({ ...request, recordId: id }));
        await enqueue(db, requests, transaction);
        return found.map(({ id }) => id);
      });
    const ids = await queuedAsRun(
      `insert into objects (tenant_id, name, description)
       select $tenantId, 'Объект ' || n, 'Текст' from generate_series(1, ${howMany}) n returning id`,
    );
    const reconcile = makeReconcile({
      db,
      clock: { now: () => new Date(), sleep: async () => undefined },
      log,
      timings: { ...defaultTimings },
      random: () => 0.5,
      clientFor: async () => portal,
      connections: steadyConnection,
    });
    const turn = () => reconcile(tenantId, { signal: new AbortController().signal, log });
    const dealOf = (id: number) =>
      [...portal.records.object.values()].find(({ originId }) => originId?.endsWith(`:object:${id}`));
    let n = 0;
    const perform = async (one: Act): Promise<void> => {
      n += 1;
      if (one.kind === 'wait') await sleep(one.ms);
      else if (one.kind === 'bulk')
        await queuedAsRun('update objects set description = $text where tenant_id = $tenantId returning id', {
          text: `Всем ${n}`,
        });
      else {
        const id = ids[one.at] ?? 0;
        const deal = dealOf(id);
        if (one.kind === 'edit') await rows('update objects set name = $name where id = $id', { id, name: `Имя ${n}` });
        else if (one.kind === 'ask')
          await enqueue(db, [
            {
              tenantId,
              entity: 'object',
              side: 'local',
              recordId: id,
              reason: 'run',
              priority: one.isRun ? priorities.run : priorities.interactive,
            },
          ]);
        else if (deal) {
          portal.put('object', { ...deal, fields: { ...deal.fields, TITLE: `Сделка ${n}` }, modifiedAt: new Date() });
          await enqueue(db, [
            {
              tenantId,
              entity: 'object',
              side: 'bitrix24',
              recordId: deal.id,
              reason: 'event',
              priority: priorities.event,
            },
          ]);
        }
      }
    };
    let isActing = true;
    const acting = (async () => {
      for (const one of acts) await perform(one);
    })().finally(() => {
      isActing = false;
    });
    while (isActing) await turn();
    await acting;
    const isEmpty = async () => (await rows('select 1 from sync_queue')).length === 0;
    for (let left = 20; left > 0 && !(await isEmpty()); left -= 1) await turn();
    const writesBefore = portal.callsOf('write').length;
    await rows(`update objects set updated_at = now() where tenant_id = $tenantId`, { tenantId });
    await turn();
    return {
      crossed: portal.crossed,
      queued: (await rows(
        'select side, record_id, reason, attempts, create_sent_at, due_at from sync_queue',
      )) as object[],
      errors: (await rows(`select code, message from integration_errors where status <> 'resolved'`)) as object[],
      objects: await rows<{ id: number; name: string; description: string }>(
        'select id, name, description from objects order by id',
      ),
      deals: [...portal.records.object.values()],
      dealOf,
      secondPass: portal.callsOf('write').length - writesBefore,
    };
  } finally {
    await db.close();
  }
}

describe('the two lanes of a tenant, whatever comes between', () => {
  it('never have one record in two requests, double nothing, lose nothing, and end with equal sides', async function () {
    this.timeout(120_000);
    const script = fc.array(act, { minLength: 3, maxLength: 14 });
    const delays = fc.array(fc.integer({ min: 0, max: 12 }), { minLength: 1, maxLength: 7 });
    await fc.assert(
      fc.asyncProperty(script, delays, async (acts, pauses) => {
        const database: TestDatabase = await createTestDatabase();
        try {
          const end = await play(database.url, acts, pauses);
          expect(end.crossed, 'records in two requests at once').to.deep.equal([]);
          expect(JSON.stringify(end.queued)).to.equal('[]');
          expect(end.errors).to.deep.equal([]);
          expect(end.deals).to.have.length(howMany);
          for (const { id, name, description } of end.objects) {
            const { fields } = end.dealOf(id) ?? {};
            expect(fields).to.include({ TITLE: name });
            expect(fields?.COMMENTS).to.include(description);
          }
          expect(end.secondPass, 'writes of a second pass').to.equal(0);
        } finally {
          await database.drop();
        }
      }),
      { numRuns: 12, interruptAfterTimeLimit: 30_000, markInterruptAsFailure: false },
    );
  });
});
