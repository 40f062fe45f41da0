import { type JobHelpers, Logger, run, runMigrations } from 'graphile-worker';
import pg from 'pg';
import type { Log } from '../lib/log.ts';
import { type Liveness, startLiveness } from './liveness.ts';
import { type Task, tasks } from './queue.ts';

export interface TaskContext {
  signal: AbortSignal;
  log: Log;
}

export interface WorkerDeps {
  databaseUrl: string;
  /** Tenants worked on at the same time in this process. */
  concurrency: number;
  handlers: Record<Task, (tenantId: number, context: TaskContext) => Promise<void>>;
  log: Log;
}

export interface RunningWorker {
  /** Takes no more jobs, asks the running ones to come to an end, waits for them. */
  stop(): Promise<void>;
  /** Resolves when the worker had to stop because others may take its jobs. */
  lost: Promise<void>;
}

/** Delayed jobs and retries are found by polling; everything else by notice. */
const pollMs = 1000;

/** Makes the library's tables. Repeat-safe; several processes may do it at once. */
export async function prepareJobs(databaseUrl: string): Promise<void> {
  await runMigrations({ connectionString: databaseUrl, parsedCronItems: [] });
}

/** Starts working on jobs. */
export async function startWorker({ databaseUrl, concurrency, handlers, log }: WorkerDeps): Promise<RunningWorker> {
  const stopping = new AbortController();
  const liveness = await startLiveness({ databaseUrl, log });
  const pool = new pg.Pool({
    connectionString: databaseUrl,
    max: concurrency + 3,
    application_name: 'axenta-bitrix24-worker',
  });
  pool.on('error', (error) => log.warn({ err: error }, 'A worker connection to PostgreSQL broke'));
  const runner = await run({
    pgPool: pool,
    concurrency,
    pollInterval: pollMs,
    noHandleSignals: true,
    parsedCronItems: [],
    preset: { plugins: [keepAlive(liveness)] },
    logger: bridge(log),
    taskList: Object.fromEntries(tasks.map((task) => [task, makeTask(task, handlers[task], stopping.signal, log)])),
  });
  const stop = once(async () => {
    stopping.abort(new Error('The worker stops'));
    await runner.stop().catch(() => undefined);
    await liveness.stop();
    await pool.end();
  });
  const lost = liveness.lost.then(async () => {
    if (stopping.signal.aborted) return;
    log.error({ operation: 'liveness' }, 'Связь с PostgreSQL потеряна: рабочий процесс останавливается');
    await stop();
  });
  return { stop, lost };
}

/** A worker asks for its first job when the hook has resolved, so nobody ever sees it with a job and without its lock. */
function keepAlive(liveness: Liveness): GraphileConfig.Plugin {
  return {
    name: 'AxentaLivenessPlugin',
    version: '1.0.0',
    worker: {
      hooks: {
        startWorker: (_context, { worker }) => liveness.hold(worker.workerId),
        // A worker that could not report its job's end is given up by the library, with the job still locked.
        stopWorker: (_context, { worker }) => (worker.getActiveJob() ? undefined : liveness.release(worker.workerId)),
      },
    },
  };
}

function makeTask(task: Task, handle: WorkerDeps['handlers'][Task], signal: AbortSignal, log: Log) {
  return async (payload: unknown, { job }: JobHelpers): Promise<void> => {
    const { tenant_id: tenantId } = payload as { tenant_id: number };
    const own = log.child({ job_id: String(job.id), task, tenant_id: tenantId }, true);
    try {
      await handle(tenantId, { signal, log: own });
    } catch (error) {
      if (signal.aborted) return;
      own.error({ operation: task, result: 'error', err: error }, 'Задание прервано ошибкой, оно повторится');
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

function once<Value>(action: () => Promise<Value>): () => Promise<Value> {
  let running: Promise<Value> | undefined;
  return () => {
    running ??= action();
    return running;
  };
}
