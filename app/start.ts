import os from 'node:os';
import type { Config } from '../config/config.ts';
import { type App, type ComposeOptions, compose } from './compose.ts';
import { readFirstLines } from './first-lines.ts';
import { listen } from './http/server.ts';
import { startCron } from './jobs/cron.ts';
import { lanesFor } from './jobs/lanes.ts';
import { startListener } from './jobs/listener.ts';
import { servesHttp } from './jobs/roles.ts';
import { prepareJobs, startWorker } from './jobs/worker.ts';
import type { Log } from './lib/log.ts';
import { databaseName } from './models/database-name.ts';
import { migrate } from './models/migrate.ts';

/** Requests under way may take this long when the process stops. */
const graceMs = 10_000;

export interface RunningApp {
  /** Port of the HTTP interface; null for a worker without one. */
  port: number | null;
  /** Stops taking work, lets what is under way finish, closes everything. Repeat-safe. */
  stop(): Promise<void>;
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
    await databaseName(app.db);
    await prepareJobs(databaseUrl);
    const { clock, link, listening } = app;
    const channels = config.role === 'web' ? listening.web : { ...listening.web, ...listening.worker };
    const listener = await startListener({ link, channels, onMissed: listening.onMissed, clock, log });
    // Ended last: connections that do not answer any more are closed by it.
    stops.unshift(() => listener.stop());
    if (config.role !== 'web') await startWork(app, config, log, stops);
    if (app.probes) {
      const server = await listen(app.probes.server, app.probes.port, config.host);
      stops.push(() => server.close(graceMs));
    }
    let port: number | null = null;
    if (servesHttp(config.role)) {
      const server = await listen(app.http, config.port, config.host);
      stops.push(() => server.close(graceMs));
      port = server.port;
    }
    log.info({ operation: 'start', role: config.role, port }, 'Приложение запущено');
    if (port !== null) {
      for (const line of await readFirstLines(app.db, config, port)) log.info({ operation: 'start' }, line);
    }
    return { port, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** Starts everything that synchronises; adds how to stop it, in the order of starting. */
async function startWork(app: App, config: Config, log: Log, stops: (() => Promise<unknown>)[]): Promise<void> {
  // What can wait makes room for every other process of the machine.
  if (config.role === 'bulk') os.setPriority(os.constants.priority.PRIORITY_BELOW_NORMAL);
  const { link, handlers, pool, schedules } = app;
  const worker = await startWorker({ link, lanes: lanesFor(config.syncConcurrency, config.role), handlers, log });
  stops.push(() => worker.stop());
  const dueCheck = app.dueCheck.start();
  stops.push(() => dueCheck.stop());
  await app.wakeInstalled();
  const cron = startCron({ pool, jobs: schedules, log });
  stops.push(() => cron.stop());
}
