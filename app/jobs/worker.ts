import { setTimeout as sleep } from 'node:timers/promises';
import { runMigrations } from 'graphile-worker';
import { lineName, type Task, type TaskContext } from './queue.ts';
import { type RunnerDeps, startRunner } from './runner.ts';

export type Handlers = Record<Task, (tenantId: number, context: TaskContext) => Promise<void>>;

export interface WorkerDeps extends Omit<RunnerDeps, 'handle'> {
  handlers: Handlers;
}

export interface RunningWorker {
  /** Takes no more jobs, asks the running ones to come to an end, waits for them. */
  stop(): Promise<void>;
}

/** First and longest pause between two attempts to start again. */
const restartMs = { first: 250, longest: 2000 };

/** Makes the library's tables. Repeat-safe; several processes may do it at once. */
export async function prepareJobs(databaseUrl: string): Promise<void> {
  await runMigrations({ connectionString: databaseUrl, parsedCronItems: [] });
}

/**
 * Starts working on jobs. When the connection that proves that this process lives breaks, other processes may take its jobs: its own
 * are told to end at once, and it starts anew as soon as PostgreSQL is there. Throws when the first start fails.
 */
export async function startWorker(deps: WorkerDeps): Promise<RunningWorker> {
  const { log } = deps;
  const stopping = new AbortController();
  const stopped = new Promise<void>((resolve) => stopping.signal.addEventListener('abort', () => resolve()));
  const handle = oneAtATime(deps.handlers);
  const start = () => startRunner({ ...deps, handle });
  let runner = await start();
  const abandoned = new Set<Promise<void>>();
  const running = keepRunning();

  async function keepRunning(): Promise<void> {
    while (!stopping.signal.aborted) {
      await Promise.race([runner.lost, stopped]);
      if (stopping.signal.aborted) break;
      log.warn(
        { operation: 'liveness' },
        'Связь с PostgreSQL потеряна: задания прерваны, рабочий процесс начнёт заново',
      );
      const ending = runner.abandon().finally(() => abandoned.delete(ending));
      abandoned.add(ending);
      await startAgain();
    }
    await runner.stop();
    await Promise.all(abandoned);
  }

  async function startAgain(): Promise<void> {
    for (let pause = restartMs.first; !stopping.signal.aborted; pause = Math.min(pause * 2, restartMs.longest)) {
      await sleep(pause, undefined, { signal: stopping.signal }).catch(() => undefined);
      if (stopping.signal.aborted || !deps.link.isUp) continue;
      try {
        runner = await start();
        log.info({ operation: 'liveness', result: 'ok' }, 'Рабочий процесс снова берёт задания');
        return;
      } catch (error) {
        log.debug({ operation: 'liveness', err: error }, 'The worker could not start again yet');
      }
    }
  }

  return {
    async stop() {
      stopping.abort();
      await running;
    },
  };
}

/**
 * Keeps two jobs of one line from running together in this process: after a restart the library hands out a job whose handler of before
 * may still wait for the portal's answer.
 */
function oneAtATime(handlers: Handlers): (tenantId: number, context: TaskContext) => Promise<void> {
  const busy = new Map<string, Promise<unknown>>();
  return async (tenantId, context) => {
    const line = lineName(context.task, tenantId);
    for (let before = busy.get(line); before; before = busy.get(line)) await before;
    if (context.signal.aborted) return;
    const done = handlers[context.task](tenantId, context);
    const settled = done.catch(() => undefined).finally(() => busy.delete(line));
    busy.set(line, settled);
    await done;
  };
}
