import pg from 'pg';
import { isDatabaseAway } from '../lib/database-away.ts';
import type { Log } from '../lib/log.ts';
import type { DatabaseLink } from '../models/database-link.ts';

/** Keeps our keys apart from whatever else takes advisory locks in this database. */
const lockSeed = 7701;
const sweepMs = 1000;

/** A worker of this process. */
export interface HeldWorker {
  workerId: string;
  /** What it runs now; null between two jobs. */
  getActiveJob(): unknown;
}

export type Liveness = Awaited<ReturnType<typeof startLiveness>>;

/**
 * Dead workers are found within seconds: each worker holds an advisory lock under its id for as long as its process lives. A process
 * that can take the lock of an owner of jobs knows that the owner is dead, and unlocks what it left. Without this a killed worker's jobs
 * stay locked for four hours. `lost` resolves when our own connection breaks: then others may take our jobs, so ours have to end.
 */
export async function startLiveness({ link, log }: { link: DatabaseLink; log: Log }) {
  const client = new pg.Client(link.settings('liveness'));
  const lost = new Promise<void>((resolve) => {
    client.on('error', () => resolve());
    client.on('end', () => resolve());
  });
  await client.connect();
  let stopped = false;
  const own = new Map<string, HeldWorker>();
  // One statement at a time, so that a sweep never sees a worker of ours half held.
  let last: Promise<unknown> = Promise.resolve();
  function inTurn(statement: () => Promise<unknown>): Promise<unknown> {
    const done = last.then(statement);
    last = done.catch(() => undefined);
    return done;
  }
  const sweep = setInterval(() => {
    inTurn(async () => {
      if (stopped) return;
      await unlockDead(client, [...own.keys()], log);
      await openIdleLines(client, own);
    }).catch((error: unknown) => {
      if (!stopped && !isDatabaseAway(error))
        log.warn({ err: error, operation: 'liveness' }, 'The look for dead workers failed');
    });
  }, sweepMs);

  return {
    lost,
    /**
     * Holds the lock of one worker of this process. The worker may take jobs when this has resolved, not before: others would think it
     * dead and do its job a second time. When the lock cannot be had the connection is given up, and `lost` tells.
     */
    async hold(worker: HeldWorker): Promise<void> {
      const { workerId } = worker;
      own.set(workerId, worker);
      await inTurn(() => client.query(`select pg_advisory_lock(${keyOf('$1::text')})`, [workerId])).catch(
        async (error: unknown) => {
          await client.end().catch(() => undefined);
          throw error;
        },
      );
    },
    /** Lets go of a worker that has ended while its process lives on: what it could not finish is free for others. */
    async release(workerId: string): Promise<void> {
      own.delete(workerId);
      await inTurn(async () => stopped || client.query(`select pg_advisory_unlock(${keyOf('$1::text')})`, [workerId]));
    },
    async stop(): Promise<void> {
      stopped = true;
      clearInterval(sweep);
      await last;
      await client.end().catch(() => undefined);
    },
  };
}

// 64 bits: with 32, one owner among some thousands would share its key with a living one and never be found dead.
function keyOf(worker: string): string {
  return `hashtextextended(${worker}, ${lockSeed})`;
}

// Our own locks can be taken again by this very session, so our own workers are left out by name. A queue can be locked without a
// locked job: its job was removed by somebody while it ran.
async function unlockDead(client: pg.Client, own: readonly string[], log: Log): Promise<void> {
  const { rows } = await client.query<{ dead: string[] | null }>(
    `with gone as materialized (
       select locked_by from (
         select locked_by from graphile_worker.jobs where locked_by is not null
         union
         select locked_by from graphile_worker._private_job_queues where locked_by is not null) owners
        where locked_by <> all($1::text[]) and pg_try_advisory_xact_lock(${keyOf('locked_by')}))
     select array_agg(locked_by) as dead, graphile_worker.force_unlock_workers(array_agg(locked_by)) as done
       from gone having count(*) > 0`,
    [own],
  );
  const dead = rows[0]?.dead;
  if (!dead) return;
  log.warn({ operation: 'liveness', workers: dead }, 'Рабочий процесс пропал, его задания продолжит другой');
  await client.query(removeReplaced);
}

/**
 * Opens the lines that a worker of ours keeps closed although it runs nothing: the library leaves a line closed when the job was removed
 * while it ran. A worker that gets a job just now has a row of it in the table of jobs.
 */
async function openIdleLines(client: pg.Client, own: ReadonlyMap<string, HeldWorker>): Promise<void> {
  const idle = () => [...own.values()].filter((worker) => !worker.getActiveJob()).map(({ workerId }) => workerId);
  await client.query(
    `update graphile_worker._private_job_queues q set locked_by = null, locked_at = null
      where locked_by = any($1::text[])
        and not exists (select 1 from graphile_worker._private_jobs j where j.job_queue_id = q.id and j.locked_by = q.locked_by)`,
    [idle()],
  );
}

// A job that was asked for anew while it ran has lost its key to the new one, and has no attempt left: unlocked, it would stay for ever.
const removeReplaced = `
  select graphile_worker.complete_jobs(array_agg(id)) from graphile_worker.jobs
   where key is null and locked_by is null and attempts >= max_attempts`;
