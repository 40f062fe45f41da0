import { randomBytes } from 'node:crypto';
import { mkdtempSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import pg from 'pg';
import { mintToken } from '../../app/http/tokens.ts';
import { makeJobQueue } from '../../app/jobs/queue.ts';
import { startOAuthServer } from '../portal/oauth-server.ts';
import { type SimulatedPortal, startPortal } from '../portal/portal.ts';
import { createTestDatabase } from '../support/database.ts';
import { startDatabaseProxy } from '../support/database-proxy.ts';
import { findFreePort } from '../support/free-port.ts';
import { mochaGlobalSetup, mochaGlobalTeardown } from '../support/setup.ts';
import type { Answer } from '../support/world.ts';
import type { Random } from './random.ts';
import { makeAppProcess } from './soak-app-process.ts';
import { connect, type SoakMode } from './soak-connect.ts';
import { makeField } from './soak-field.ts';
import { makeLooks } from './soak-looks.ts';

const jwtSecret = randomBytes(24).toString('hex');
/** The name of the soak's own sessions in PostgreSQL. */
const ownSessions = 'soak';
/** PostgreSQL chose this statement to end a deadlock: a program begins it anew. */
const deadlock = '40P01';

export interface SoakTenant {
  id: number;
  token: string;
  portal: SimulatedPortal;
  /** What is deleted on one side: stays on the other (the default), or is deleted there too and comes back when only the other has lost it. */
  onDelete: 'keep' | 'follow';
  /** Deals that people make in the portal become objects. */
  imports: boolean;
  /** The administrator opens the app in the portal. */
  reopen(): Promise<unknown>;
}

export interface Happening {
  at: Date;
  what: string;
}

export type SoakWorld = Awaited<ReturnType<typeof startSoakWorld>>;

/**
 * Database and simulated portal here, the app in a process of its own that reaches its database through a proxy, and tenants connected
 * to one portal, or each to its own. What portals differ in is chosen by chance.
 */
export async function startSoakWorld(options: { tenants: number; random: Random; mode: SoakMode }) {
  const { random, mode } = options;
  await mochaGlobalSetup();
  const database = await createTestDatabase();
  const proxy = await startDatabaseProxy(database.url);
  const oauth = await startOAuthServer();
  const switches = {
    rateLimited: false,
    workers: random.pick([null, 8]),
    closedKindList: random.pick(['refused', 'empty'] as const),
    hiddenRecordEvents: random.pick(['told', 'withheld'] as const),
  };
  // An application belongs to one company; webhooks of one portal may be several companies'.
  const portals: SimulatedPortal[] = [];
  const looks = makeLooks();
  for (let n = 0; n < (mode === 'app' ? options.tenants : 1); n++) {
    const memberId = n.toString(16).padStart(32, '0');
    const portal = await startPortal({ oauth, switches, memberId, random: random.next });
    portal.setPlan({ offlineExtended: random.once(2) });
    await makeField(portal);
    portal.answered.subscribe((answered) => looks.note(answered));
    portals.push(portal);
  }
  const connection = { connectionString: database.url, application_name: ownSessions };
  const pool = new pg.Pool({ ...connection, max: 4 });
  pool.on('error', () => undefined);
  const logFile = path.join(mkdtempSync(path.join(os.tmpdir(), 'soak-')), 'app.log');
  const port = await findFreePort();
  const origin = `http://127.0.0.1:${port}`;
  const app = makeAppProcess(
    {
      ...process.env,
      HOST: '127.0.0.1',
      ...(mode === 'app' && { PUBLIC_URL: origin }),
      BITRIX24_OAUTH_URL: oauth.origin,
      DATABASE_URL: proxy.url,
      JWT_SECRET: jwtSecret,
      ENCRYPTION_KEYS: `soak:${randomBytes(32).toString('base64')}`,
      BITRIX24_ALLOW_PRIVATE_HOSTS: '1',
      NODE_EXTRA_CA_CERTS: oauth.caFile,
      SWEEP_INTERVAL_SEC: '5',
      // Strangers come from many addresses.
      TRUST_PROXY: '1',
      LOG_LEVEL: 'info',
    },
    logFile,
    port,
  );

  async function sql<Row extends object = Record<string, unknown>>(
    text: string,
    values: unknown[] = [],
  ): Promise<Row[]> {
    for (;;) {
      try {
        return (await pool.query<Row>(text, values)).rows;
      } catch (error) {
        if (!(error instanceof pg.DatabaseError) || error.code !== deadlock) throw error;
      }
    }
  }

  async function ask(token: string | null, method: string, address: string, body?: unknown): Promise<Answer> {
    const answer = await fetch(`${origin}${address}`, {
      method,
      headers: { ...(token && { authorization: `Bearer ${token}` }), 'content-type': 'application/json' },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    return { status: answer.status, body: await answer.json(), headers: answer.headers };
  }

  async function addCompany(name: string): Promise<{ id: number; token: string }> {
    const [row] = await sql<{ id: number }>('insert into companies (name) values ($1) returning id', [name]);
    const id = row?.id ?? 0;
    return { id, token: mintToken(jwtSecret, { tenantId: id, role: 'admin', subject: 'soak' }, 24) };
  }

  await app.start();
  const tenants: SoakTenant[] = [];
  for (let n = 1; n <= options.tenants; n++) {
    const { id, token } = await addCompany(`Компания ${n}`);
    const isFollower = n % 2 === 0;
    const portal = portals[(n - 1) % portals.length] as SimulatedPortal;
    const tenant = { id, token, portal, onDelete: isFollower ? 'follow' : 'keep', imports: !isFollower } as const;
    const reopen = await connect({ origin, call: ask, sql }, mode, tenant);
    tenants.push({ ...tenant, reopen });
  }

  return {
    mode,
    portals,
    /** The way of the app to its database. */
    proxy,
    app,
    tenants,
    logFile,
    sql,
    origin,
    oauth,
    /** What the app answers to the bearer of a token. */
    ask,
    /** A company that the soak does not look after. */
    addCompany,
    /** Faults that began and ended, each with its time. */
    happenings: [] as Happening[],
    /** What the portals showed just before they carried out our updates. */
    looks,

    /** What the app answers to the tenant's administrator. Throws when it refuses. */
    async call({ token }: SoakTenant, method: string, address: string, body?: unknown): Promise<Answer['body']> {
      const answer = await ask(token, method, address, body);
      if (answer.status >= 300) {
        throw new Error(`${method} ${address}: ${answer.status} ${JSON.stringify(answer.body)}`);
      }
      return answer.body;
    },

    /** A session of another program's own. The caller ends it. */
    async openSession(): Promise<pg.Client> {
      const client = new pg.Client(connection);
      await client.connect();
      return client;
    },

    /** Ends every session but the soak's own, as a restart of PostgreSQL does. */
    endAllSessions: () =>
      sql(
        `select pg_terminate_backend(pid) from pg_stat_activity
          where datname = current_database() and backend_type = 'client backend' and application_name <> $1`,
        [ownSessions],
      ),

    /** Starts a search of every company: `deletion_sweep` compares ids, as every night; `offline` reads what the portals keep for us. */
    wake: (task: 'deletion_sweep' | 'offline') =>
      makeJobQueue({ pool }).wake(
        task,
        tenants.map(({ id }) => id),
      ),

    async stop() {
      await app.kill();
      for (const portal of portals) await portal.stop();
      await oauth.stop();
      await pool.end();
      await proxy.stop();
      await database.drop();
      await mochaGlobalTeardown();
    },
  };
}
