import { ConfigError, loadConfig } from '../config/config.ts';
import { NoEmbeddedPostgres } from '../config/embedded-binaries.ts';
import { openDatabaseUrl } from '../config/open-database.ts';
import { makeLog } from './lib/log.ts';
import { type RunningApp, startApp } from './start.ts';

async function main(): Promise<void> {
  const config = loadConfig();
  const log = makeLog({ level: config.logLevel, format: config.logFormat });
  const database = await openDatabaseUrl(config);
  let app: RunningApp;
  try {
    app = await startApp(config, database.url, log);
  } catch (error) {
    await database.stop();
    throw error;
  }
  let isStopping = false;
  const stop = async (why: string) => {
    if (isStopping) return;
    isStopping = true;
    log.info({ operation: 'stop', why }, 'Приложение останавливается');
    await app.stop();
    await database.stop();
    process.exitCode = 0;
  };
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => void stop(signal));
}

function explain(error: unknown): unknown {
  if (error instanceof ConfigError || error instanceof NoEmbeddedPostgres) return error.message;
  const { code, port } = error as { code?: string; port?: number };
  if (code !== 'EADDRINUSE') return error;
  return `Порт ${port} занят: задайте другой в PORT или METRICS_PORT / Port ${port} is taken: choose another in PORT or METRICS_PORT`;
}

main().catch((error: unknown) => {
  // Not through the log: with a wrong configuration there is no log yet.
  console.error(explain(error));
  process.exitCode = 1;
});
