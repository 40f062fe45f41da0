import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { Writable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import pg from 'pg';
import sinon from 'sinon';
import { lanesFor } from '../../../app/jobs/lanes.ts';
import { startLiveness } from '../../../app/jobs/liveness.ts';
import { type JobQueue, makeJobQueue } from '../../../app/jobs/queue.ts';
import { prepareJobs, type RunningWorker, startWorker } from '../../../app/jobs/worker.ts';
import { makeLog } from '../../../app/lib/log.ts';
import { type DatabaseLink, makeDatabaseLink } from '../../../app/models/database-link.ts';
import { createTestDatabase, type TestDatabase } from '../../support/database.ts';
import { eventually } from '../../support/eventually.ts';
import { handlersOf } from './handlers.ts';

const hangingWorker = fileURLToPath(new URL('./hanging-worker.ts', import.meta.url));
const noticedMs = 10_000;

describe('liveness of workers', () => {
  let database: TestDatabase;
  let link: DatabaseLink;
  let pool: pg.Pool;
  let queue: JobQueue;
  let children: ChildProcess[];
  let workers: RunningWorker[];
  let lines: string[];
  let log: ReturnType<typeof makeLog>;

  beforeEach(async () => {
    database = await createTestDatabase();
    link = makeDatabaseLink(database.url);
    await prepareJobs(database.url);
    pool = new pg.Pool({ connectionString: database.url, max: 4 });
    pool.on('error', () => undefined);
    queue = makeJobQueue({ pool });
    children = [];
    workers = [];
    lines = [];
    const output = new Writable({
      write(chunk, _encoding, done) {
        lines.push(String(chunk));
        done();
      },
    });
    log = makeLog({ level: 'warn', format: 'json', output });
  });
  afterEach(async () => {
    sinon.restore();
    for (const child of children) child.kill('SIGKILL');
    for (const worker of workers) await worker.stop();
    await pool.end();
    await database.drop();
  });

  /** A process that has taken the job of tenant 1 and hangs in it. */
  async function victimAtWork(): Promise<{ kill(): Promise<unknown> }> {
    const env = { ...process.env, DATABASE_URL: database.url };
    const child = fork(hangingWorker, {
      execArgv: ['--import', 'tsx'],
      env,
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    });
    children.push(child);
    await queue.wake('reconcile', [1]);
    await once(child, 'message');
    return {
      kill() {
        const gone = once(child, 'exit');
        child.kill('SIGKILL');
        return gone;
      },
    };
  }

  /** A worker in this process; returns the tenants whose jobs it ran. */
  async function survivor(whileAtWork = async () => undefined as unknown, slots = 4): Promise<number[]> {
    const ran: number[] = [];
    const handlers = handlersOf(async (tenantId) => {
      ran.push(tenantId);
      await whileAtWork();
    });
    workers.push(await startWorker({ link, lanes: lanesFor(slots, 'worker'), handlers, log }));
    return ran;
  }

  const lockedQueues = () =>
    pool.query('select 1 from graphile_worker._private_job_queues where locked_by is not null');
  const runs = (ran: readonly number[], count: number) =>
    eventually(() => ran.length === count, { timeoutMs: noticedMs });

  it('a worker killed in the middle of its job: another does the job', async () => {
    const victim = await victimAtWork();
    const ran = await survivor();
    await victim.kill();
    await runs(ran, 1);
    expect(lines.join('')).to.include('Рабочий процесс пропал');
  });

  it('killed while nobody else ran: whoever starts next does the job', async () => {
    await (await victimAtWork()).kill();
    await runs(await survivor(), 1);
  });

  it('killed when its job was asked for anew: the new one is done, and nothing stays of the old one', async () => {
    const victim = await victimAtWork();
    await queue.wake('reconcile', [1]);
    await victim.kill();
    await runs(await survivor(), 1);
    await eventually(async () => (await pool.query('select 1 from graphile_worker.jobs')).rowCount === 0);
  });

  it('killed when its job was gone already: the queue does not stay locked', async () => {
    const victim = await victimAtWork();
    await pool.query('delete from graphile_worker._private_jobs');
    await victim.kill();
    expect((await lockedQueues()).rows).to.have.length(1);
    const ran = await survivor();
    await queue.wake('reconcile', [1]);
    await runs(ran, 1);
  });

  it('a worker that lives keeps its job, however long it takes', async () => {
    await victimAtWork();
    const ran = await survivor();
    await new Promise((resolve) => setTimeout(resolve, 3500));
    expect(ran).to.deep.equal([]);
    expect(lines).to.deep.equal([]);
  });

  it('a worker has its lock before its first job, however late PostgreSQL grants it', async () => {
    const { query } = pg.Client.prototype;
    sinon.stub(pg.Client.prototype, 'query').callsFake(async function (this: pg.Client, ...parameters: unknown[]) {
      if (String(parameters[0]).includes('pg_advisory_lock(')) await new Promise((resolve) => setTimeout(resolve, 300));
      return query.apply(this, parameters as never);
    } as never);
    await queue.wake('reconcile', [1, 2, 3, 4, 5, 6, 7, 8]);
    let free = -1;
    const ran = await survivor(async () => {
      const { rows } = await pool.query(
        `select count(*)::integer as free from graphile_worker.jobs
          where locked_by is not null and pg_try_advisory_xact_lock(hashtextextended(locked_by, 7701))`,
      );
      free = Math.max(free, rows[0].free);
    });
    await runs(ran, 8);
    expect(free).to.equal(0);
  });

  it('a worker that ended while its process lives on leaves its job to others', async () => {
    const first = await startLiveness({ link, log });
    await first.hold({ workerId: 'worker-that-ends', getActiveJob: () => null });
    await queue.wake('reconcile', [1]);
    await pool.query(`update graphile_worker._private_jobs set locked_by = 'worker-that-ends', locked_at = now()`);
    await pool.query(
      `update graphile_worker._private_job_queues set locked_by = 'worker-that-ends', locked_at = now()`,
    );
    await first.release('worker-that-ends');
    await eventually(async () => expect((await lockedQueues()).rows).to.deep.equal([]), { timeoutMs: noticedMs });
    await first.stop();
  });

  it('the answer that hands out a job is lost on the way: the job is done all the same', async () => {
    const { query } = pg.Client.prototype;
    let lost = 0;
    sinon.stub(pg.Client.prototype, 'query').callsFake(async function (this: pg.Client, ...parameters: unknown[]) {
      const answer = await (query.apply(this, parameters as never) as unknown as Promise<pg.QueryResult>);
      const [statement] = parameters as [{ text?: string } | string];
      const text = typeof statement === 'string' ? statement : String(statement.text);
      if (lost > 0 || !/set\s+attempts = jobs.attempts \+ 1/.test(text) || answer.rowCount === 0) return answer;
      lost += 1;
      throw Object.assign(new Error('Connection terminated unexpectedly'), { code: 'ECONNRESET' });
    } as never);
    const ran = await survivor();
    await queue.wake('reconcile', [1]);
    await runs(ran, 1);
    expect(lost).to.equal(1);
  });

  describe('a job that is under way when the proof of life breaks', () => {
    let ends: (() => void)[];

    beforeEach(() => {
      ends = [];
    });
    afterEach(() => {
      for (const end of ends) end();
    });

    const atWork = () => survivor(() => new Promise<void>((resolve) => ends.push(resolve)));
    const breakProof = () =>
      pool.query(
        `select pg_terminate_backend(pid) from pg_stat_activity
          where datname = current_database() and application_name like '%liveness'`,
      );
    const owner = async () => {
      const { rows } = await pool.query<{ locked_by: string }>('select locked_by from graphile_worker.jobs');
      return rows[0]?.locked_by;
    };

    it('stays with its worker when another only waited too long for its turn to look for a job', async () => {
      await queue.wake('reconcile', [1]);
      await runs(await atWork(), 1);
      const first = await owner();
      const { connect } = pg.Pool.prototype;
      let refused = 0;
      sinon.stub(pg.Pool.prototype, 'connect').callsFake(function (this: pg.Pool, ...parameters: unknown[]) {
        if (refused > 0 || this === pool) return connect.apply(this, parameters as never) as never;
        refused += 1;
        return Promise.reject(new Error('timeout exceeded when trying to connect')) as never;
      } as never);
      await eventually(() => refused === 1, { timeoutMs: noticedMs });
      await new Promise((resolve) => setTimeout(resolve, 2500));
      expect(await owner()).to.equal(first);
    });

    it('is ended by the worker that took it over, and its line goes on', async () => {
      await queue.wake('reconcile', [1]);
      const ran = await atWork();
      await runs(ran, 1);
      const first = await owner();
      await breakProof();
      await eventually(async () => expect(await owner()).to.not.be.oneOf([first, null, undefined]), {
        timeoutMs: noticedMs,
      });
      const second = await owner();
      ends[0]?.();
      await runs(ran, 2);
      expect(await owner(), 'the job is the second worker’s still').to.equal(second);
      ends[1]?.();
      await eventually(async () => expect(await owner()).to.equal(undefined));
      expect((await lockedQueues()).rows).to.deep.equal([]);
    });
  });

  it('a job that was removed while it ran leaves its line to the next one', async () => {
    let end: () => void = () => undefined;
    // With its only slot taken it cannot take the next one itself.
    const ran = await survivor(() => new Promise<void>((resolve) => (end = resolve)), 1);
    await queue.wake('reconcile', [1]);
    await runs(ran, 1);
    const others = await survivor();
    await pool.query('delete from graphile_worker._private_jobs');
    await queue.wake('reconcile', [1]);
    await new Promise((resolve) => setTimeout(resolve, 2500));
    expect([...ran, ...others], 'while the first one runs').to.deep.equal([1]);
    end();
    await eventually(() => ran.length + others.length === 2, { timeoutMs: noticedMs });
    end();
  });

  it('a job that has used up its attempts is woken again', async () => {
    await queue.wake('reconcile', [1]);
    await pool.query('update graphile_worker._private_jobs set attempts = max_attempts');
    const ran = await survivor();
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(ran).to.deep.equal([]);
    await queue.wake('reconcile', [1]);
    await runs(ran, 1);
  });
});
