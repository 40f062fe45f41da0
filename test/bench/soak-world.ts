import { type ChildProcess, fork } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { closeSync, mkdtempSync, openSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import pg from 'pg';
import { mintToken } from '../../app/http/tokens.ts';
import { makeJobQueue } from '../../app/jobs/queue.ts';
import { startPortal } from '../portal/portal.ts';
import { createTestDatabase } from '../support/database.ts';
import { mochaGlobalSetup, mochaGlobalTeardown } from '../support/setup.ts';

const appFile = fileURLToPath(new URL('./soak-app.ts', import.meta.url));
const jwtSecret = randomBytes(24).toString('hex');

export interface SoakTenant {
  id: number;
  token: string;
  /** What is deleted on one side: stays on the other (the default), or is deleted there too and comes back when only the other has lost it. */
  onDelete: 'keep' | 'follow';
  /** Deals that people make in the portal become objects. */
  imports: boolean;
}

export type SoakWorld = Awaited<ReturnType<typeof startSoakWorld>>;

/** Database and simulated portal here, the app in a process of its own, and tenants connected to the one portal. */
export async function startSoakWorld(options: { tenants: number; random: () => number }) {
  await mochaGlobalSetup();
  const database = await createTestDatabase();
  const portal = await startPortal({ switches: { rateLimited: false }, random: options.random });
  const pool = new pg.Pool({ connectionString: database.url, max: 4 });
  pool.on('error', () => undefined);
  const logFile = path.join(mkdtempSync(path.join(os.tmpdir(), 'soak-')), 'app.log');
  const env = {
    ...process.env,
    PORT: '0',
    HOST: '127.0.0.1',
    DATABASE_URL: database.url,
    JWT_SECRET: jwtSecret,
    ENCRYPTION_KEYS: `soak:${randomBytes(32).toString('base64')}`,
    BITRIX24_ALLOW_PRIVATE_HOSTS: '1',
    NODE_EXTRA_CA_CERTS: portal.caFile,
    SWEEP_INTERVAL_SEC: '5',
    LOG_LEVEL: 'info',
  };
  let child: ChildProcess | null = null;
  let port = 0;

  async function startAppProcess(): Promise<void> {
    const output = openSync(logFile, 'a');
    const stdio = ['ignore', output, output, 'ipc'] as const;
    // The same port after each start: the portal's subscriptions name it.
    child = fork(appFile, { execArgv: ['--import', 'tsx'], env: { ...env, PORT: String(port) }, stdio: [...stdio] });
    closeSync(output);
    const exited = once(child, 'exit').then(() => Promise.reject(new Error(`The app did not start: see ${logFile}`)));
    const [message] = await Promise.race([once(child, 'message'), exited]);
    port = (message as { port: number }).port;
    exited.catch(() => undefined);
  }

  async function endAppProcess(signal: 'SIGTERM' | 'SIGKILL'): Promise<void> {
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const gone = once(child, 'exit');
    child.kill(signal);
    await gone;
  }

  async function sql<Row extends object = Record<string, unknown>>(
    text: string,
    values: unknown[] = [],
  ): Promise<Row[]> {
    return (await pool.query<Row>(text, values)).rows;
  }

  async function call(tenant: SoakTenant, method: string, address: string, body?: unknown): Promise<unknown> {
    const answer = await fetch(`http://127.0.0.1:${port}${address}`, {
      method,
      headers: { authorization: `Bearer ${tenant.token}`, 'content-type': 'application/json' },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    if (!answer.ok) throw new Error(`${method} ${address}: ${answer.status} ${await answer.text()}`);
    return answer.json();
  }

  await startAppProcess();
  const tenants: SoakTenant[] = [];
  for (let n = 1; n <= options.tenants; n++) {
    const [row] = await sql<{ id: number }>('insert into companies (name) values ($1) returning id', [`Компания ${n}`]);
    const id = row?.id ?? 0;
    const token = mintToken(jwtSecret, { tenantId: id, role: 'admin', subject: 'soak' }, 24);
    const isFollower = n % 2 === 0;
    const tenant: SoakTenant = { id, token, onDelete: isFollower ? 'follow' : 'keep', imports: !isFollower };
    tenants.push(tenant);
    const all = (policy: string) => ({ object: policy, user: policy, contract: policy });
    const settings = isFollower
      ? { on_local_delete: all('delete'), on_bitrix24_delete: all('recreate') }
      : { import_new: { object: true } };
    await call(tenant, 'PUT', '/api/integration/bitrix24/settings', settings);
    const outgoing = portal.addOutgoingWebhook({ url: `http://127.0.0.1:${port}/bitrix24/events` });
    const body = { webhook_url: portal.addWebhook().url, outgoing_token: outgoing.token };
    await call(tenant, 'POST', '/api/integration/bitrix24/setup', body);
  }

  return {
    portal,
    tenants,
    logFile,
    sql,
    call,
    /** Compares ids, as every night: finds deletions whose events were lost. */
    wakeDeletionSweeps: () =>
      makeJobQueue({ pool }).wake(
        'deletion_sweep',
        tenants.map(({ id }) => id),
      ),
    async stopApp() {
      await endAppProcess('SIGTERM');
    },
    async killApp() {
      await endAppProcess('SIGKILL');
    },
    startApp: startAppProcess,
    async stop() {
      await endAppProcess('SIGKILL');
      await portal.stop();
      await pool.end();
      await database.drop();
      await mochaGlobalTeardown();
    },
  };
}
