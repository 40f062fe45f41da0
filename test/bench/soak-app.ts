import { readFileSync } from 'node:fs';
import { makeLog } from '../../app/lib/log.ts';
import { startApp } from '../../app/start.ts';
import { loadConfig } from '../../config/config.ts';

// The app in a process of its own, so that it can be killed: configured by its environment as ever, with shorter waits.
const config = loadConfig();
const log = makeLog({ level: config.logLevel, format: config.logFormat });
const app = await startApp(config, config.databaseUrl ?? '', log, {
  timings: { uncertainWaitMs: 1500, backoffMs: 300, outageMs: 200 },
  extraCa: readFileSync(process.env.NODE_EXTRA_CA_CERTS ?? '', 'utf8'),
  bucket: { size: 1e6, drain: 1e6 },
  patience: { readMs: 4000, writeMs: 5000 },
});
process.send?.({ port: app.port });
process.on('SIGTERM', () => void app.stop().then(() => process.exit(0)));
// The soak is gone: so are we.
process.on('disconnect', () => process.exit(1));
