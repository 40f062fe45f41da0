import { EventEmitter } from 'node:events';
import { type JobHelpers, Logger, type Runner, run, type WorkerEvents } from 'graphile-worker';
import pg from 'pg';
import { isDatabaseAway } from '../lib/database-away.ts';
import type { Log } from '../lib/log.ts';
import type { DatabaseLink } from '../models/database-link.ts';
import type { Lane } from './lanes.ts';
import { type Liveness, startLiveness } from './liveness.ts';
import type { Task, TaskContext } from './queue.ts';
import { makeSlots } from './slots.ts';
import { makeTurns, type Turns } from './turns.ts';

export interface RunnerDeps {
  link: DatabaseLink;
  /** What may run at the same time in this process. */
  lanes: readonly Lane[];
  log: Log;
  handle(tenantId: number, context: TaskContext): Promise<void>;
}

export interface JobRunner {
  /** Resolves when others may take our jobs, or when a job's start or end may be unknown to one of the two sides. */
  lost: Promise<void>;
  /** Takes no more jobs, asks the running ones to come to an end, waits for them. */
  stop(): Promise<void>;
  /** The same when PostgreSQL is away: the jobs are left to others first. */
  abandon(): Promise<void>;
}

/** Delayed jobs and retries are found by polling; everything else by notice. */
const pollMs = 1000;

/** Connections for the library's short statements, besides the one on which it listens. */
const spareConnections = 5;

/** A look for a job takes a millisecond or two, more where the database is far away. */
const longestLookMs = 25;

/** Starts a runner of the library on a pool and a proof of life of its own. Throws when PostgreSQL is away. */
export async function startRunner({ link, lanes, handle, log }: RunnerDeps): Promise<JobRunner> {
  const ending = new AbortController();
  const liveness = await startLiveness({ link, log });
  const pool = new pg.Pool({ ...link.settings('worker'), max: 1 + spareConnections });
  // Said once, by the listener.
  pool.on('error', (error) => log.debug({ err: error }, 'A worker connection to PostgreSQL broke'));
  let runner: Runner | undefined;
  const looks = makeTurns(longestLookMs);
  const slots = makeSlots(lanes);

  async function endRunner(): Promise<void> {
    ending.abort(new Error('The worker stops'));
    // The library rejects when it could not report a job's end: liveness has left that job to others.
    await runner?.stop().catch(() => undefined);
  }
  async function end(): Promise<void> {
    await endRunner();
    await liveness.stop();
    await pool.end();
  }
  /**
   * Others have the jobs from now on. The library removes a job at its end whatever worker has it then, and leaves the line of that worker
   * closed: without connections it cannot.
   */
  async function endForOthers(): Promise<void> {
    const poolEnded = pool.end();
    await liveness.stop();
    await endRunner();
    await poolEnded;
  }
  let ended: Promise<void> | undefined;
  const stop = () => {
    ended ??= end();
    return ended;
  };

  let reportUnfinished: () => void = () => undefined;
  const unfinished = new Promise<void>((resolve) => {
    reportUnfinished = resolve;
  });
  try {
    const events = listen(looks, reportUnfinished);
    // It runs no other tasks than those of the lanes.
    events.on('job:start', ({ job }) => {
      slots.take(job.task_identifier as Task);
      looks.end();
    });
    events.on('job:complete', ({ job }) => slots.free(job.task_identifier as Task));
    runner = await run({
      ...{ pgPool: pool, events, concurrency: slots.count, pollInterval: pollMs },
      // Looks for a job lock all lines that are free: of two at the same moment one finds none, and looks again a second later.
      forbiddenFlags: async () => {
        await looks.take();
        return slots.fullTasks();
      },
      noHandleSignals: true,
      parsedCronItems: [],
      preset: { plugins: [keepAlive(liveness)] },
      logger: bridge(log),
      taskList: Object.fromEntries(
        lanes.flatMap(({ tasks }) => tasks.map((task) => [task, makeTask(task, handle, ending.signal, log)])),
      ),
    });
    runner.promise.catch(reportUnfinished);
  } catch (error) {
    await stop();
    throw error;
  }
  return {
    lost: Promise.race([liveness.lost, unfinished]),
    stop,
    abandon() {
      ending.abort(new Error('PostgreSQL is away'));
      ended ??= endForOthers();
      return ended;
    },
  };
}

/** What the library tells of its workers. `reportUnfinished`: a job's start or end may be unknown to one of the two sides. */
function listen(looks: Turns, reportUnfinished: () => void): WorkerEvents {
  const events: WorkerEvents = new EventEmitter();
  events.on('worker:getJob:empty', looks.end);
  // The library gives up such a slot for good.
  events.on('worker:fatalError', reportUnfinished);
  // The database may have locked a job and its queue before the answer was lost. The library's worker knows nothing of that job and
  // lives on, so the job would stay locked for hours. New workers have new ids, and what the old ones held is found to be left.
  events.on('worker:getJob:error', ({ error }) => {
    looks.end();
    if (!gotNoConnection(error)) reportUnfinished();
  });
  return events;
}

/** The pool's own words for a statement that waited too long for its turn, and was never sent. */
function gotNoConnection(error: unknown): boolean {
  return error instanceof Error && error.message === 'timeout exceeded when trying to connect';
}

/** A worker asks for its first job when the hook has resolved: it never has a job without its lock. */
function keepAlive(liveness: Liveness): GraphileConfig.Plugin {
  return {
    name: 'AxentaLivenessPlugin',
    version: '1.0.0',
    worker: {
      hooks: {
        startWorker: (_context, { worker }) => liveness.hold(worker),
        // A worker that could not report its job's end is given up by the library, with the job still locked.
        stopWorker: (_context, { worker }) => (worker.getActiveJob() ? undefined : liveness.release(worker.workerId)),
      },
    },
  };
}

function makeTask(task: Task, handle: RunnerDeps['handle'], signal: AbortSignal, log: Log) {
  return async (payload: unknown, { job }: JobHelpers): Promise<void> => {
    const { tenant_id: tenantId } = payload as { tenant_id: number };
    const own = log.child({ job_id: String(job.id), task, tenant_id: tenantId }, true);
    try {
      await handle(tenantId, { signal, log: own, task });
    } catch (error) {
      if (signal.aborted) return;
      const level = isDatabaseAway(error) ? 'debug' : 'error';
      own[level]({ operation: task, result: 'error', err: error }, 'Задание прервано ошибкой, оно повторится');
      throw error;
    }
  };
}

// The library's lines at "info" tell each job's start and end: ours say that with what was done.
function bridge(log: Log) {
  return new Logger(() => (level, message) => {
    if (level === 'error') log.debug({ operation: 'job' }, message);
    else log.trace({ operation: 'job' }, message);
  });
}
