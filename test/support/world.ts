import { randomBytes } from 'node:crypto';
import { Writable } from 'node:stream';
import pg from 'pg';
import { type Rates, standardRates } from '../../app/http/rate-limits.ts';
import { mintToken } from '../../app/http/tokens.ts';
import { makeJobQueue, type Task } from '../../app/jobs/queue.ts';
import { makeLog } from '../../app/lib/log.ts';
import { type RunningApp, startApp } from '../../app/start.ts';
import { restsUntil } from '../../app/sync/queue/rests.ts';
import type { Config } from '../../config/config.ts';
import { type OAuthServer, type OAuthServerOptions, startOAuthServer } from '../portal/oauth-server.ts';
import { type PortalOptions, type SimulatedPortal, startPortal } from '../portal/portal.ts';
import { createTestDatabase } from './database.ts';
import { type DatabaseProxy, startDatabaseProxy } from './database-proxy.ts';
import { type Description, makeAnswerCheck } from './described.ts';
import { eventually } from './eventually.ts';
import { findFreePort } from './free-port.ts';

export interface Answer {
  status: number;
  // biome-ignore lint/suspicious/noExplicitAny: tests look into answers of every shape
  body: any;
  headers: Headers;
}

export interface Tenant {
  id: number;
  token: string;
  webhookUrl: string;
}

export interface WorldOptions {
  /** The portal knows applications, and the app knows its own public address. */
  apps?: boolean;
  oauth?: OAuthServerOptions;
  portal?: PortalOptions;
  config?: Partial<Config>;
  /** Requests at once and a second; the portal's own limit when absent. */
  bucket?: { size: number; drain: number };
  /** The app reaches its database through a proxy that a test can cut; the test's own `sql` goes directly. */
  databaseProxy?: boolean;
  /** How long a portal may take before its tenant leaves the urgent slots, in ms. */
  patience?: { readMs: number; writeMs: number };
  /** How often callers may ask; more than any test does when absent. */
  rates?: Rates;
  /** Starts the app elsewhere than in this process; then `lines` stays empty. */
  startApp?: typeof startApp;
  timings?: { uncertainWaitMs?: number; backoffMs?: number; outageMs?: number };
}

/** For stories that are not about the portal's limits, and would wait for them. */
export const unlimited = { portal: { switches: { rateLimited: false } }, bucket: { size: 1000, drain: 1000 } };

export type World = Awaited<ReturnType<typeof startWorld>>;

/** A test does in a second what people do in an hour. */
const patientRates = Object.fromEntries(
  Object.entries(standardRates).map(([name, rate]) => [name, { ...rate, points: rate.points * 1000 }]),
) as Rates;

/** Every answer that a test sees is held against the interface's own description, which is the same in every world. */
let checkAnswer: ReturnType<typeof makeAnswerCheck> | undefined;

async function readDescription(port: number): Promise<Description> {
  const answer = await fetch(`http://127.0.0.1:${port}/api/openapi.json`);
  return (await answer.json()) as Description;
}

/** The name of the test's own sessions in PostgreSQL. */
const ownSessions = 'world';

const jwtSecret = 'a secret that only the tests know, long enough';

/** Database, simulated portal and the whole app in this process: what every flow test begins with. */
export async function startWorld(options: WorldOptions = {}) {
  const database = await createTestDatabase();
  const proxy = options.databaseProxy ? await startDatabaseProxy(database.url) : undefined;
  const appDatabaseUrl = proxy?.url ?? database.url;
  const oauth = options.apps ? await startOAuthServer(options.oauth) : undefined;
  const portal = await startPortal({ ...options.portal, ...(oauth && { oauth }) });
  const port = options.apps ? await findFreePort() : 0;
  const pool = new pg.Pool({ connectionString: database.url, max: 4, application_name: ownSessions });
  pool.on('error', () => undefined);
  const lines: string[] = [];
  const output = new Writable({
    write(chunk, _encoding, done) {
      lines.push(String(chunk));
      done();
    },
  });
  const config: Config = {
    port,
    host: '127.0.0.1',
    trustedProxies: 0,
    publicUrl: options.apps ? `http://127.0.0.1:${port}` : undefined,
    databaseUrl: appDatabaseUrl,
    dataDir: '/nonexistent',
    role: 'all',
    jwtSecret,
    jwksUrl: undefined,
    jwtRules: { issuer: undefined, audience: undefined, maxAgeHours: 24 },
    metrics: { port: undefined, token: undefined, isOpen: true },
    encryptionKeys: [{ id: 'test', key: randomBytes(32) }],
    oauthUrls: [oauth?.origin ?? 'https://oauth.example'],
    marketplace: null,
    allowPrivateHosts: true,
    proxy: null,
    smtp: null,
    logLevel: 'debug',
    logFormat: 'text',
    sweepIntervalSec: 86_400,
    syncConcurrency: 4,
    ...options.config,
  };
  const log = makeLog({ level: config.logLevel, format: config.logFormat, output });
  // Waits that take minutes in production take a moment here; their order stays.
  const timings = { uncertainWaitMs: 400, backoffMs: 150, outageMs: 150, ...options.timings };
  const start = () =>
    (options.startApp ?? startApp)(config, appDatabaseUrl, log, {
      timings,
      rates: options.rates ?? patientRates,
      extraCa: portal.caPem,
      ...(options.patience && { patience: options.patience }),
      ...(options.bucket && { bucket: options.bucket }),
    });
  let app: RunningApp | null = await start();
  if (app.port !== null) checkAnswer ??= makeAnswerCheck(await readDescription(app.port));

  async function sql<Row extends object = Record<string, unknown>>(
    text: string,
    values: unknown[] = [],
  ): Promise<Row[]> {
    return (await pool.query<Row>(text, values)).rows;
  }

  async function call(
    token: string | null,
    method: string,
    path: string,
    body?: unknown,
    headers = {},
  ): Promise<Answer> {
    const answer = await fetch(`http://127.0.0.1:${app?.port}${path}`, {
      method,
      headers: {
        ...(token && { authorization: `Bearer ${token}` }),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await answer.text();
    const isJson = answer.headers.get('content-type')?.includes('json');
    const seen = { status: answer.status, body: isJson ? JSON.parse(text) : text, headers: answer.headers };
    checkAnswer?.({ method, path, status: seen.status, type: answer.headers.get('content-type'), body: seen.body });
    return seen;
  }

  return {
    portal,
    get oauth(): OAuthServer {
      if (!oauth) throw new Error('Start the world with `apps`');
      return oauth;
    },
    /** The way to the app's database. Throws unless the world was started with `databaseProxy`. */
    get database(): DatabaseProxy {
      if (!proxy) throw new Error('Start the world with `databaseProxy`');
      return proxy;
    },
    config,
    databaseUrl: database.url,
    sql,
    call,
    /** Lines that the app has logged. */
    lines,
    get port(): number {
      return app?.port ?? 0;
    },

    /** A company without a connection. */
    async addTenant(name = 'ООО Ромашка'): Promise<Tenant> {
      const [row] = await sql<{ id: number }>('insert into companies (name) values ($1) returning id', [name]);
      const id = row?.id ?? 0;
      const token = mintToken(jwtSecret, { tenantId: id, role: 'admin', subject: 'tester' }, 1);
      return { id, token, webhookUrl: portal.addWebhook().url };
    },

    /** Connects a company to the portal by a webhook, as its administrator does. */
    async connect(tenant: Tenant, extra: Record<string, unknown> = {}): Promise<void> {
      const body = { webhook_url: tenant.webhookUrl, ...extra };
      const answer = await call(tenant.token, 'POST', '/api/integration/bitrix24/setup', body);
      if (answer.status !== 200) throw new Error(`Setup failed: ${JSON.stringify(answer.body)}`);
    },

    /** Connects, and lets the portal's events reach the app. */
    async connectWithEvents(tenant: Tenant): Promise<{ token: string; remove(): void }> {
      const url = `http://127.0.0.1:${app?.port}/bitrix24/events`;
      const handler = portal.addOutgoingWebhook({ url });
      await this.connect(tenant, { outgoing_token: handler.token });
      return handler;
    },

    /** Ends every session but the test's own, as a restart of PostgreSQL does; returns how many there were. */
    async endAllSessions(): Promise<number> {
      const ended = await sql(
        `select pg_terminate_backend(pid) from pg_stat_activity
         where datname = current_database() and backend_type = 'client backend' and application_name <> $1`,
        [ownSessions],
      );
      return ended.length;
    },

    /** Waits until nothing is queued any more but what rests until a person acts. */
    settled(timeoutMs = 30_000): Promise<unknown> {
      return eventually(
        async () => {
          await portal.events.settled();
          const queued = 'select entity, side, record_id, attempts, reason, due_at from sync_queue where due_at < $1';
          const rows = await sql(queued, [restsUntil]);
          if (rows.length > 0) throw new Error(`Still queued: ${JSON.stringify(rows.slice(0, 5))}`);
          // A job writes last what it learned: the end of a fault comes after the rows.
          const busy = await sql(
            `select key from graphile_worker.jobs where locked_at is not null and task_identifier like 'reconcile%'`,
          );
          if (busy.length > 0) throw new Error(`Still at work: ${JSON.stringify(busy)}`);
        },
        { timeoutMs },
      );
    },

    /** Lets the time pass that faults, limits and outages make things wait. */
    async skipWaits(): Promise<void> {
      // What a worker has in hand would be put off again.
      await eventually(async () => {
        const busy = await sql('select 1 from graphile_worker.jobs where locked_at is not null');
        return busy.length === 0;
      });
      await sql('update portal_limits set blocked_until = null, level = 0');
      await sql('update sync_faults set next_try_at = now() where ended_at is null and next_try_at is not null');
      await sql('update bitrix24_connections set paused_until = now() where paused_until is not null');
      await sql('update sync_queue set due_at = now() where create_sent_at is null');
    },

    /** Runs one of a tenant's jobs now instead of at its hour, to its end. */
    async runJob(task: Task, { id }: Tenant): Promise<void> {
      await makeJobQueue({ pool }).wake(task, [id]);
      await eventually(async () => {
        const waiting = await sql('select last_error from graphile_worker.jobs where key = $1', [`${task}:${id}`]);
        if (waiting.length > 0) throw new Error(`Still running: ${JSON.stringify(waiting)}`);
      });
    },

    /** The deal, contact or company of a local record. */
    async remoteOf(tenant: Tenant, entity: 'object' | 'user' | 'contract', localId: number) {
      const kind = { object: 'deal', user: 'contact', contract: 'company' }[entity] as 'deal' | 'contact' | 'company';
      const [row] = await sql<{ bitrix24_id: string }>(
        'select bitrix24_id from bitrix24_sync_mappings where tenant_id = $1 and local_type = $2 and local_id = $3',
        [tenant.id, entity, localId],
      );
      if (!row) throw new Error(`No mapping of ${entity} ${localId}`);
      return portal.records(kind).get(Number(row.bitrix24_id));
    },

    async stopApp(): Promise<void> {
      await app?.stop();
      app = null;
    },

    async startApp(): Promise<void> {
      app = await start();
    },

    async stop(): Promise<void> {
      // An app whose database has gone could not end in order.
      proxy?.restore();
      await app?.stop();
      await portal.stop();
      await oauth?.stop();
      await pool.end();
      await proxy?.stop();
      await database.drop();
    },
  };
}

export type { SimulatedPortal };
