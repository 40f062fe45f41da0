import cron, { type Logger, type RunCoordinator } from 'node-cron';
import type pg from 'pg';
import type { Log } from '../lib/log.ts';

export interface CronJob {
  name: string;
  /** Six fields, seconds first. */
  expression: string;
  run(): Promise<void>;
}

/** Keys are only needed while another process may still fire the same slot. */
const keptFor = '1 hour';

/** Starts schedules that fire once in the whole cluster: the process that writes a firing's key first runs it. */
export function startCron({ pool, jobs, log }: { pool: pg.Pool; jobs: readonly CronJob[]; log: Log }): {
  stop(): Promise<void>;
} {
  const runCoordinator: RunCoordinator = {
    async shouldRun(key: string): Promise<boolean> {
      const { rowCount } = await pool.query('insert into cron_runs (key) values ($1) on conflict do nothing', [key]);
      return rowCount === 1;
    },
  };
  const purge: CronJob = {
    name: 'purge_cron_runs',
    expression: '0 23 * * * *',
    run: async () => void (await pool.query(`delete from cron_runs where created_at < now() - interval '${keptFor}'`)),
  };
  const scheduled = [...jobs, purge].map(({ name, expression, run }) =>
    cron.schedule(
      expression,
      async () => {
        await run().catch((error: unknown) =>
          log.error({ err: error, operation: name }, 'Расписание: запуск не удался'),
        );
      },
      { name, distributed: true, noOverlap: true, timezone: 'UTC', runCoordinator, logger: bridge(log) },
    ),
  );
  return {
    async stop() {
      for (const task of scheduled) await task.destroy();
    },
  };
}

// The library would write to the console in a form of its own.
function bridge(log: Log): Logger {
  const operation = 'cron';
  return {
    debug: (message) => log.debug({ operation }, String(message)),
    info: (message) => log.debug({ operation }, message),
    warn: (message) => log.warn({ operation }, message),
    error: (message, error) => log.error({ operation, err: error ?? message }, 'Расписание: запуск не удался'),
  };
}
