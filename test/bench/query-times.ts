import { pathToFileURL } from 'node:url';
import pg from 'pg';
import type { Transaction } from 'sequelize';
import type { Bitrix24Client, ListedRecord } from '../../app/bitrix24/client.ts';
import { makeDeletionSweep } from '../../app/events/deletion-sweep.ts';
import { findUnknown } from '../../app/events/sweep.ts';
import { readHourlyStats } from '../../app/integration/hourly-stats.ts';
import { listMappings, type MappingFilter } from '../../app/integration/mapping-list.ts';
import { readStats } from '../../app/integration/stats.ts';
import { findDueTenants } from '../../app/jobs/due-check.ts';
import { systemClock } from '../../app/lib/clock.ts';
import { makeLog } from '../../app/lib/log.ts';
import { connectDatabase, type Database } from '../../app/models/database.ts';
import { resolveErrors } from '../../app/sync/journal/error-log.ts';
import { findMappings } from '../../app/sync/load/mappings.ts';
import { claimDue } from '../../app/sync/queue/claim-due.ts';
import { postpone, putOffAtOnce } from '../../app/sync/queue/put-off.ts';
import { markCreatesSent, priorities, type QueueRow, removeDone } from '../../app/sync/queue/sync-queue.ts';
import { createTestDatabase } from '../support/database.ts';
import { mochaGlobalSetup, mochaGlobalTeardown } from '../support/setup.ts';
import { fillLargeTables, sizes } from './large-tables.ts';
import { type Finding, print, shown } from './report.ts';

const tenantId = 1;
/** Its first load has just begun. */
const loadingId = 2;
const repeats = 5;
const ids = (count: number) => Array.from({ length: count }, (_, n) => 1001 + n * 150);

/** How long the app's own queries take where one tenant of a thousand is large. */
export async function measureQueryTimes(): Promise<Finding> {
  const database = await createTestDatabase();
  const log = makeLog({ level: 'fatal', format: 'json' });
  const db = connectDatabase(database.url, log, 4);
  const pool = new pg.Pool({ connectionString: database.url, max: 2 });
  try {
    await fillLargeTables(pool);
    const lines = [];
    const due = await claimDue(db, tenantId, { limit: 500, lane: 'bulk' });
    const fresh = await claimDue(db, loadingId, { limit: 50, lane: 'bulk' });
    for (const [what, work] of Object.entries({ ...questions(db, pool, due), ...loadQuestions(db, fresh) })) {
      const times: number[] = [];
      for (let n = 0; n <= repeats; n += 1) {
        const startedAt = performance.now();
        const steps = (await work()) || 1;
        times.push((performance.now() - startedAt) / steps);
      }
      lines.push({ what, value: `${shown(Math.min(...times))} ms` });
    }
    return {
      title: `Queries with ${shown(sizes.tenants)} tenants and a million mappings, a fifth of them of one tenant`,
      how: `the shortest of ${repeats + 1}, each as the app asks it; what they change is rolled back or as it was`,
      lines,
    };
  } finally {
    await pool.end();
    await db.close();
    await database.drop();
  }
}

const sentValues = { originId: 'O1', local: { title: 'Камаз' }, remote: { title: 'Камаз' } };

const once = (work: () => Promise<unknown>) => async () => {
  await work();
  return undefined;
};

/** Does the work in a transaction that is rolled back. */
const undone = (db: Database, work: (transaction: Transaction) => Promise<unknown>) =>
  once(async () => {
    const transaction = await db.transaction();
    await work(transaction);
    await transaction.rollback();
  });

/** What each step of a first load asks of the queue. */
function loadQuestions(db: Database, rows: readonly QueueRow[]): Record<string, () => Promise<undefined>> {
  const dueAt = new Date();
  const putOff = rows.map((row) => ({ ...row, dueAt, sent: false }));
  const creates = rows.map(({ recordId }) => ({
    entity: 'object' as const,
    localId: recordId,
    values: sentValues,
    linkedWith: null,
  }));
  return {
    'first load just begun: marks of 50 creates': once(() => markCreatesSent(db, loadingId, creates)),
    'first load just begun: removal of 50 rows': undone(db, (own) => removeDone(db, loadingId, rows, own)),
    'first load just begun: putting off 50 rows': undone(db, (own) => postpone(db, loadingId, putOff, own)),
  };
}

/** Each does its work once; one that works in steps returns how many there were. */
function questions(
  db: Database,
  pool: pg.Pool,
  due: readonly QueueRow[],
): Record<string, () => Promise<number | undefined>> {
  const list = (filter: Partial<MappingFilter>) =>
    once(() => listMappings(db, tenantId, { page: 1, limit: 20, ...filter }));
  const errors = ids(500).map((id) => ({ entity: 'object', localId: id, remoteId: id }) as const);
  return {
    'tenants that have something due': once(() => findDueTenants(pool, null, priorities.change)),
    'claim of 500 of 200 000 due rows': once(() => claimDue(db, tenantId, { limit: 500, lane: 'bulk' })),
    'removal of 500 rows': undone(db, (transaction) => removeDone(db, tenantId, due, transaction)),
    [`putting off ${putOffAtOnce} rows`]: undone(db, (transaction) => {
      const dueAt = new Date();
      const portion = due.slice(0, putOffAtOnce);
      return postpone(
        db,
        tenantId,
        portion.map((row) => ({ ...row, dueAt, sent: false })),
        transaction,
      );
    }),
    'mappings of 500 Bitrix24 ids': once(() => findMappings(db, tenantId, 'object', { local: [], remote: ids(500) })),
    'mappings of 500 local ids': once(() => findMappings(db, tenantId, 'object', { local: ids(500), remote: [] })),
    'a page of 1 000 of the sweep': once(() => sweepPage(db)),
    'a page of 2 500 of the deletion sweep': () => deletionSweep(db),
    'closing errors of 500 records': undone(db, (transaction) =>
      resolveErrors(db, tenantId, { records: errors }, transaction),
    ),
    'first page of the mappings': list({}),
    'first page of an older tenant': once(() => listMappings(db, 500, { page: 1, limit: 20 })),
    'first page of linked ones': list({ state: 'linked' }),
    'page 500 of the mappings': list({ page: 500 }),
    'search: part of a name that a quarter has': list({ q: 'амаз' }),
    'search: part of a rare name': list({ q: 'Урал 0a1' }),
    'search: a name that is not there': list({ q: 'Белаз' }),
    'search: two letters': list({ q: 'ка' }),
    'search: an id': list({ q: '150100' }),
    statistics: once(() => readStats(db, systemClock, tenantId)),
    'statistics by the hour': once(() => readHourlyStats(db, tenantId, 24)),
  };
}

async function sweepPage(db: Database): Promise<number[]> {
  const modifiedAt = new Date(0);
  const records = ids(1000).map((id): ListedRecord => ({ id, modifiedAt, originatorId: null, originId: null }));
  const scope = { tenantId, entity: 'object', importNew: false, skewMs: 0 } as const;
  return (await findUnknown(db, scope, records)).ids;
}

/** A portal that shows every record at once. */
async function deletionSweep(db: Database): Promise<number> {
  let pages = 0;
  const portal = {
    read: async (_entity: string, asked: readonly number[]) => {
      pages += 1;
      return new Map(asked.map((id) => [id, {}]));
    },
  };
  const log = makeLog({ level: 'fatal', format: 'json' });
  // The sweep asks nothing else of a client.
  const sweep = makeDeletionSweep({ db, clientFor: async () => portal as unknown as Bitrix24Client });
  const part = async (_part: unknown, work: () => Promise<void>) => work();
  await sweep(tenantId, { part, task: 'deletion_sweep', signal: new AbortController().signal, log });
  return pages;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  await mochaGlobalSetup();
  console.log(print(await measureQueryTimes()));
  await mochaGlobalTeardown();
}
