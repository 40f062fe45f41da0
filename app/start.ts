import type { Config } from '../config/config.ts';
import { type ComposeOptions, compose } from './compose.ts';
import { listen } from './http/server.ts';
import { startCron } from './jobs/cron.ts';
import { startDueCheck } from './jobs/due-check.ts';
import { prepareJobs, startWorker } from './jobs/worker.ts';
import type { Log } from './lib/log.ts';
import { migrate } from './models/migrate.ts';
import { startCacheListener } from './portals/connection/cache-listener.ts';

/** Requests under way may take this long when the process stops. */
const graceMs = 10_000;

export interface RunningApp {
  /** Port of the HTTP interface; null for a worker without one. */
  port: number | null;
  /** Stops taking work, lets what is under way finish, closes everything. Repeat-safe. */
  stop(): Promise<void>;
  /** Resolves when the process cannot go on (its connection to PostgreSQL broke) and has stopped its work. */
  lost: Promise<void>;
}

/** Starts the roles that the configuration names on a database, which is migrated first. */
export async function startApp(
  config: Config,
  databaseUrl: string,
  log: Log,
  options: ComposeOptions = {},
): Promise<RunningApp> {
  const app = compose(config, databaseUrl, log, options);
  const stops: (() => Promise<unknown>)[] = [() => app.close()];
  let stopping: Promise<void> | undefined;
  const stop = () => {
    stopping ??= (async () => {
      for (const one of stops.reverse()) await one();
    })();
    return stopping;
  };
  try {
    const applied = await migrate(app.db);
    if (applied.length > 0) log.info({ operation: 'migrate', applied }, `Применены миграции: ${applied.length}`);
    await prepareJobs(databaseUrl);
    const { clock, pool, queue } = app;
    const cache = await startCacheListener({ databaseUrl, clock, log, forget: app.clients.forget });
    stops.push(() => cache.stop());
    let lost = new Promise<void>(() => undefined);
    if (config.role !== 'web') {
      const { syncConcurrency: concurrency } = config;
      const worker = await startWorker({ databaseUrl, concurrency, handlers: app.handlers, log });
      stops.push(() => worker.stop());
      lost = worker.lost;
      const dueCheck = await startDueCheck({ databaseUrl, pool, queue, clock, log });
      stops.push(() => dueCheck.stop());
      await app.wakeInstalled();
      const cron = startCron({ pool, jobs: app.schedules, log });
      stops.push(() => cron.stop());
    }
    let port: number | null = null;
    if (config.role !== 'worker') {
      const server = await listen(app.http, config.port, config.host);
      stops.push(() => server.close(graceMs));
      port = server.port;
    }
    log.info({ operation: 'start', role: config.role, port }, 'Приложение запущено');
    return { port, stop, lost };
  } catch (error) {
    await stop();
    throw error;
  }
}
