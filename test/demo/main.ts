import { parseArgs } from 'node:util';
import { ConfigError, loadConfig } from '../../config/config.ts';
import { installApplication } from './connect-app.ts';
import { connectByWebhook } from './connect-webhook.ts';
import { PortBusy, startDemo } from './demo.ts';
import { AlreadyRunning } from './only-one.ts';
import { findPortAfter } from './port-after.ts';
import { alreadyRunning, portBusy, steps, usage } from './texts.ts';

/** What the demonstration's own app is started with; `PORT`, `DATA_DIR` and the log's settings can be chosen. */
const environment = {
  PORT: '8080',
  DATA_DIR: '.data/demo',
  LOG_LEVEL: 'info',
  LOG_FORMAT: 'text',
  HOST: '127.0.0.1',
  BITRIX24_ALLOW_PRIVATE_HOSTS: '1',
  SWEEP_INTERVAL_SEC: '15',
};
const chosen = ['PORT', 'DATA_DIR', 'LOG_LEVEL', 'LOG_FORMAT'] as const;

async function main(): Promise<void> {
  const asked = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => asked.abort());
  const settings = readSettings();
  const { output } = settings;
  let demo: Awaited<ReturnType<typeof startDemo>>;
  try {
    demo = await startDemo({ ...settings, signal: asked.signal });
  } catch (error) {
    if (!asked.signal.aborted) throw error;
    output.write(`${steps.stopped}\n`);
    return;
  }
  await aborted(asked.signal);
  output.write(`\n${steps.stop}\n`);
  await demo.stop();
  output.write(`${steps.stopped}\n`);
}

function readSettings() {
  const { values } = parseArgs({ options: { webhook: { type: 'boolean' } }, strict: true });
  const given = Object.fromEntries(chosen.flatMap((name) => (process.env[name] ? [[name, process.env[name]]] : [])));
  return {
    output: process.stdout,
    portalPort: portOf('PORTAL_PORT', 8443),
    oauthPort: portOf('OAUTH_PORT', 8444),
    connection: values.webhook ? connectByWebhook : installApplication,
    config: loadConfig({ ...environment, ...given }),
  };
}

function portOf(name: string, byDefault: number): number {
  const port = Number(process.env[name] ?? byDefault);
  if (Number.isInteger(port) && port >= 0 && port <= 65_535) return port;
  throw new ConfigError([`${name} «${process.env[name]}»: неверное значение / wrong value. 0–65535`]);
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}

async function explain(error: unknown): Promise<unknown> {
  if (error instanceof AlreadyRunning) return alreadyRunning(error.portal);
  if (error instanceof PortBusy) {
    const own = [environment.PORT, process.env.PORT, process.env.PORTAL_PORT ?? 8443, process.env.OAUTH_PORT ?? 8444];
    return portBusy(error.port, error.variable, await findPortAfter(error.port, own.map(Number)));
  }
  if (error instanceof ConfigError) return error.message;
  if (String((error as { code?: string }).code).startsWith('ERR_PARSE_ARGS')) return usage;
  return error;
}

main().catch(async (error: unknown) => {
  console.error(await explain(error));
  process.exitCode = 1;
});
