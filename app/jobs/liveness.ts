import pg from 'pg';
import type { Log } from '../lib/log.ts';

const lockClass = 7701;
const sweepMs = 1000;

/**
 * Makes dead workers known at once: each worker holds an advisory lock under its id for as long as its process lives, and whoever can
 * take the lock of a job's owner knows that the owner is dead and unlocks its jobs. Without this a killed worker's jobs stay locked
 * for four hours. `lost` resolves when our own connection breaks: then others may take our jobs, so our worker has to stop.
 */
export async function startLiveness({ databaseUrl, log }: { databaseUrl: string; log: Log }) {
  const client = new pg.Client({
    connectionString: databaseUrl,
    application_name: 'axenta-bitrix24-liveness',
    keepAlive: true,
  });
  const lost = new Promise<void>((resolve) => {
    client.on('error', () => resolve());
    client.on('end', () => resolve());
  });
  await client.connect();
  let stopped = false;
  const own = new Set<string>();
  let running: Promise<unknown> = Promise.resolve();
  const sweep = setInterval(() => {
    running = running
      .then(() => (stopped ? undefined : unlockDead(client, [...own], log)))
      .catch((error: unknown) => log.warn({ err: error, operation: 'liveness' }, 'The look for dead workers failed'));
  }, sweepMs);

  return {
    lost,
    /** Holds the lock of one worker of this process. */
    hold(workerId: string): Promise<unknown> {
      own.add(workerId);
      running = running.then(() =>
        client.query('select pg_advisory_lock($1::int, hashtext($2))', [lockClass, workerId]),
      );
      return running;
    },
    async stop(): Promise<void> {
      stopped = true;
      clearInterval(sweep);
      await running.catch(() => undefined);
      await client.end().catch(() => undefined);
    },
  };
}

// Our own locks can be taken again by this very session, so our own workers are left out by name.
async function unlockDead(client: pg.Client, own: readonly string[], log: Log): Promise<void> {
  const { rows } = await client.query<{ dead: string[] | null }>(
    `with gone as materialized (
       select locked_by from (
         select distinct locked_by from graphile_worker.jobs
          where locked_by <> all($2::text[]) and locked_at < now() - interval '2 seconds') owners
        where pg_try_advisory_xact_lock($1::int, hashtext(locked_by)))
     select array_agg(locked_by) as dead, graphile_worker.force_unlock_workers(array_agg(locked_by)) as done
       from gone having count(*) > 0`,
    [lockClass, own],
  );
  const dead = rows[0]?.dead;
  if (dead) log.warn({ operation: 'liveness', workers: dead }, 'Рабочий процесс пропал, его задания продолжит другой');
}
