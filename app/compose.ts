import pg from 'pg';
import type { Config } from '../config/config.ts';
import { makeAgents } from './bitrix24/agents.ts';
import type { BucketSize, RunSql } from './bitrix24/limits/bucket.ts';
import { makeLimits } from './bitrix24/limits/limits.ts';
import { composeAlerts } from './compose-alerts.ts';
import { composeHttp, composeProbes } from './compose-http.ts';
import { composeJobs } from './compose-jobs.ts';
import { composePortals } from './compose-portals.ts';
import { makeMetrics } from './http/metrics.ts';
import { makeRateLimits, type Rates, standardRates } from './http/rate-limits.ts';
import { makeSyncMeasures } from './integration/sync-measures.ts';
import { makeSyncTally } from './integration/sync-tally.ts';
import { makeDueCheck } from './jobs/due-check.ts';
import { makeJobQueue } from './jobs/queue.ts';
import { type Clock, systemClock } from './lib/clock.ts';
import type { Log } from './lib/log.ts';
import { makeSecrets } from './lib/secrets.ts';
import { connectDatabase, type Database, queryRows } from './models/database.ts';
import { type DatabaseLink, makeDatabaseLink } from './models/database-link.ts';
import { cacheChannel } from './portals/connection/clients.ts';
import { makeBulkTurns } from './sync/bulk-turns.ts';
import { defaultTimings, type SyncTimings } from './sync/deps.ts';
import { priorities, syncChannel } from './sync/queue/sync-queue.ts';

/** Requests at once and a second on every plan but Enterprise (settings/performance/limits.md, 2026-08). */
const standardBucket: BucketSize = { size: 50, drain: 2 };

/** What can be replaced from outside: time, limits, and a certificate authority to trust besides those that everybody trusts. */
export interface ComposeOptions {
  clock?: Clock;
  timings?: Partial<SyncTimings>;
  extraCa?: string;
  /** How long a portal may take before its tenant leaves the slots that people wait for, and before lists of a page give up, in ms. */
  patience?: { readMs: number; writeMs: number };
  /** The portals' request limit. */
  bucket?: BucketSize;
  /** How often callers may ask. */
  rates?: Partial<Rates>;
}

/** Connections that the HTTP interface needs at the same time. */
const webConnections = 8;

export type App = ReturnType<typeof compose>;

/** Builds every dependency once. Nothing is started here. */
export function compose(config: Config, databaseUrl: string, log: Log, options: ComposeOptions = {}) {
  const clock = options.clock ?? systemClock;
  const link = makeDatabaseLink(databaseUrl);
  const { db, pool } = connect(config, databaseUrl, link, log);
  const metrics = makeMetrics();
  const secrets = makeSecrets(config.encryptionKeys);
  const queue = makeJobQueue({ pool });
  const dueCheck = makeDueCheck({ ...{ pool, queue, link, clock, log }, lastUrgent: priorities.change });

  const { allowPrivateHosts, proxy } = config;
  const agents = makeAgents({ allowPrivateHosts, proxy, extraCa: options.extraCa });
  const bucket = options.bucket ?? standardBucket;
  const runSql: RunSql = (sql, bind) => queryRows(db, sql, bind);
  const limits = makeLimits({
    ...{ run: runSql, clock, bucket },
    onWait: (limit, result, ms) => metrics.limitWaits.observe({ limit, result }, ms / 1000),
  });
  const rates = makeRateLimits({ pool, rates: { ...standardRates, ...options.rates } });
  const portals = composePortals({ config, db, clock, log, secrets, metrics, queue, agents, limits, rates });
  const { connections, clientFor } = portals;
  const alerts = composeAlerts({
    ...{ config, db, clock, secrets, metrics, queue, rates, clientFor },
    agent: agents.webhooks,
  });
  for (const measure of makeSyncMeasures(db, clock)) metrics.watch(measure);

  const timings = { ...defaultTimings, ...options.timings };
  const tally = makeSyncTally(metrics);
  const bulkTurns = makeBulkTurns();
  const syncDeps = { db, clock, log, connections, clientFor, timings, tally, bulkTurns, random: Math.random };
  return {
    ...{ db, link, pool, clock, dueCheck },
    /** What the process listens for: caches cleared in other processes, and, where it works, records that became due. */
    listening: {
      web: { [cacheChannel]: (payload: string) => portals.clients.forget(Number(payload)) },
      worker: { [syncChannel]: dueCheck.hear },
      onMissed: () => portals.clients.forget(null),
    },
    probes: composeProbes({ config, db, clock, log, metrics }),
    http: composeHttp({
      ...{ config, db, clock, log, metrics, portals, alerts, runSql, bucket, rates, timings, queue },
      patience: options.patience,
    }),
    ...composeJobs({ config, syncDeps, runSql, portals, alerts, queue, dueCheck, patience: options.patience }),
    async close(): Promise<void> {
      // A refresh token that was shown is used up: its answer is stored before anything is closed.
      await portals.tokens.settled();
      alerts.close();
      for (const agent of Object.values(agents)) agent.destroy();
      await portals.requests.stop();
      await pool.end();
      await db.close();
    },
  };
}

function connect(config: Config, databaseUrl: string, link: DatabaseLink, log: Log): { db: Database; pool: pg.Pool } {
  const poolSize = config.role === 'web' ? webConnections : webConnections + config.syncConcurrency;
  const db = connectDatabase(databaseUrl, log, poolSize, link.settings('crm'));
  const pool = new pg.Pool({ ...link.settings('jobs'), max: 4 });
  // Said once, by the listener.
  pool.on('error', (error) => log.debug({ err: error }, 'A connection to PostgreSQL broke'));
  return { db, pool };
}
