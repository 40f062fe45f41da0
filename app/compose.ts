import pg from 'pg';
import type { Config } from '../config/config.ts';
import { Bitrix24Error } from './bitrix24/errors.ts';
import type { BucketSize, RunSql } from './bitrix24/limits/bucket.ts';
import { makeLimits } from './bitrix24/limits/limits.ts';
import { readUsage } from './bitrix24/limits/usage.ts';
import { makeSsrfAgent } from './bitrix24/ssrf-agent.ts';
import { composePortals } from './compose-portals.ts';
import { makeCompanyRoutes } from './crm/company-routes.ts';
import { makeRecordRoutes } from './crm/record-routes.ts';
import { makeDeletionSweep } from './events/deletion-sweep.ts';
import { makeDuplicateCheck } from './events/duplicate-check.ts';
import { makeLocalLook } from './events/local-look.ts';
import { makeOffline } from './events/offline.ts';
import { makeReceive } from './events/receive.ts';
import { makeEventRoutes } from './events/routes.ts';
import { makeSchedules } from './events/schedules.ts';
import { makeSearching, type SearchName } from './events/searching.ts';
import { makeSweep } from './events/sweep.ts';
import { makeMetrics } from './http/metrics.ts';
import { createServer } from './http/server.ts';
import { makeCardRoutes } from './integration/card-routes.ts';
import { makeConflictRoutes } from './integration/conflict-routes.ts';
import { makeErrorRoutes } from './integration/error-routes.ts';
import { makeHeldRoutes } from './integration/held-routes.ts';
import { makeLimitRoutes } from './integration/limit-routes.ts';
import { makeMappingRoutes } from './integration/mapping-routes.ts';
import { makeRunRoutes } from './integration/run-routes.ts';
import { makeSettingsRoutes } from './integration/settings-routes.ts';
import { makeSyncMeasures } from './integration/sync-measures.ts';
import { makeDueCheck } from './jobs/due-check.ts';
import { makeJobQueue, type TaskContext } from './jobs/queue.ts';
import type { Handlers } from './jobs/worker.ts';
import { type Clock, systemClock } from './lib/clock.ts';
import type { Log } from './lib/log.ts';
import { makeSecrets } from './lib/secrets.ts';
import { connectDatabase, queryRows } from './models/database.ts';
import { makeDatabaseLink } from './models/database-link.ts';
import { initModels } from './models/index.ts';
import { isMigrated } from './models/migrate.ts';
import { retryingTransaction } from './models/retrying-transaction.ts';
import { cacheChannel } from './portals/connection/clients.ts';
import type { Installation } from './portals/install/installations.ts';
import { defaultTimings, type SyncTimings } from './sync/deps.ts';
import { priorities, syncChannel } from './sync/queue/sync-queue.ts';
import { makeReconcile } from './sync/reconcile.ts';
import { makeReconcileJob } from './sync/reconcile-job.ts';

/** Requests at once and a second on every plan but Enterprise (settings/performance/limits.md, 2026-08). */
const standardBucket: BucketSize = { size: 50, drain: 2 };

/** What can be replaced from outside: time, limits, and a certificate authority to trust besides those that everybody trusts. */
export interface ComposeOptions {
  clock?: Clock;
  timings?: Partial<SyncTimings>;
  extraCa?: string;
  /** How long a portal may take before its tenant leaves the slots that people wait for, in ms. */
  patience?: { readMs: number; writeMs: number };
  /** The portals' request limit. */
  bucket?: BucketSize;
}

/** Connections that the HTTP interface needs at the same time. */
const webConnections = 8;

export type App = ReturnType<typeof compose>;

/** Builds every dependency once. Nothing is started here. */
export function compose(config: Config, databaseUrl: string, log: Log, options: ComposeOptions = {}) {
  const clock = options.clock ?? systemClock;
  const link = makeDatabaseLink(databaseUrl);
  const poolSize = config.role === 'web' ? webConnections : webConnections + config.syncConcurrency;
  const db = connectDatabase(databaseUrl, log, poolSize, link.settings('crm'));
  const pool = new pg.Pool({ ...link.settings('jobs'), max: 4 });
  // Said once, by the listener.
  pool.on('error', (error) => log.debug({ err: error }, 'A connection to PostgreSQL broke'));
  const models = initModels(db);
  const metrics = makeMetrics();
  const secrets = makeSecrets(config.encryptionKeys);
  const queue = makeJobQueue({ pool });
  const dueCheck = makeDueCheck({ ...{ pool, queue, link, clock, log }, lastUrgent: priorities.change });

  const agent = makeSsrfAgent({ allowPrivateHosts: config.allowPrivateHosts, extraCa: options.extraCa });
  const bucket = options.bucket ?? standardBucket;
  const runSql: RunSql = (sql, bind) => queryRows(db, sql, bind);
  const atomically = <Value>(work: (run: RunSql) => Promise<Value>) =>
    retryingTransaction(db, (transaction) => work((sql, bind) => queryRows(db, sql, bind, transaction)));
  const limits = makeLimits({ run: runSql, atomically, clock, bucket });
  const portals = composePortals({ config, db, clock, log, secrets, metrics, queue, agent, limits });
  const { connections, installations, clientFor, health } = portals;

  for (const measure of makeSyncMeasures(db)) metrics.watch(measure);

  const timings = { ...defaultTimings, ...options.timings };
  const syncDeps = { db, clock, log, connections, clientFor, timings, random: Math.random };
  const reconcileJob = makeReconcileJob({
    ...{ wakeDue: dueCheck.wakeDue, markSlow: connections.markSlow },
    reconcile: makeReconcile(syncDeps),
    ...(options.patience && { patience: options.patience }),
  });
  const usageOf = (portal: string) => readUsage(runSql, portal, bucket, clock.now().getTime());
  const portalOf = async (tenantId: number) => (await connections.find(tenantId))?.portal ?? null;
  const requireActive = async (tenantId: number) => void (await connections.requireActive(tenantId));

  const routes = [
    ...portals.routes,
    ...makeRunRoutes({ db, clock, requireActive }),
    ...makeLimitRoutes({ portalOf, usageOf }),
    ...makeCardRoutes({ db, clock, clientFor, requireActive }),
    ...makeMappingRoutes({ db, clock, clientFor, requireActive }),
    ...makeSettingsRoutes({ db, clock, clientFor }),
    ...makeConflictRoutes({ db }),
    ...makeHeldRoutes({ db, requireActive }),
    ...makeErrorRoutes({ db, requireActive, requireConnection: health.require }),
    ...makeRecordRoutes(models),
    ...makeCompanyRoutes(models),
  ];
  const receive = makeReceive<Installation>({
    ...{ db, clock, log, identify: portals.identify },
    installByEvent: portals.appEvents.installByEvent,
    handleAppEvent: portals.appEvents.handleAppEvent,
    count: (result) => metrics.events.inc({ result }),
  });
  const http = createServer({
    ...{ log, clock, metrics, routes, open: portals.open },
    callbacks: [...portals.callbacks, ...makeEventRoutes({ receive })],
    auth: { secret: portals.sessionSecret, jwksUrl: config.jwksUrl, isKnown },
    ready: () => isMigrated(db),
  });

  async function isKnown(tenantId: number, installation: number | null): Promise<boolean> {
    const [row] = await queryRows<{ known: boolean }>(
      db,
      `select exists (select 1 from companies where id = $tenantId and deleted_at is null)
          and ($installation::integer is null or exists (
            select 1 from bitrix24_installations
             where id = $installation and tenant_id = $tenantId and state <> 'uninstalled')) as known`,
      { tenantId, installation },
    );
    return row?.known ?? false;
  }

  const searching = makeSearching({
    ...{ db, clock, connections, timings, random: Math.random, wake: queue.wake },
    searches: {
      sweep: makeSweep({ db, clock, clientFor }),
      deletion_sweep: makeDeletionSweep({ db, clientFor }),
      duplicate_check: makeDuplicateCheck({ db, clientFor }),
      offline: makeOffline({ db, queueOf: portals.offlineQueueOf, noteMode: portals.noteOfflineMode }),
      local_look: makeLocalLook({ db }),
    },
  });
  const search = (name: SearchName) => (tenantId: number, context: TaskContext) =>
    searching.run(name, tenantId, context);

  const handlers: Handlers = {
    reconcile: reconcileJob,
    reconcile_bulk: reconcileJob,
    reconcile_slow: reconcileJob,
    sweep: search('sweep'),
    deletion_sweep: search('deletion_sweep'),
    duplicate_check: search('duplicate_check'),
    offline: search('offline'),
    local_look: search('local_look'),
    search_retry: searching.retryDue,
    async bind(tenantId, context) {
      try {
        await portals.bind(tenantId, context);
      } catch (error) {
        // What is not the end of the connection is tried again by the queue; meanwhile records are synchronised all the same.
        if (!(error instanceof Bitrix24Error) || error.kind !== 'auth') throw error;
        await connections.suspend(tenantId, error);
      }
    },
    // The report resumes a connection that answers again.
    async recheck(tenantId) {
      health.forget(tenantId);
      await health.report(tenantId);
    },
  };

  return {
    db,
    link,
    pool,
    clock,
    dueCheck,
    /** What the process listens for: caches cleared in other processes, and, where it works, records that became due. */
    listening: {
      web: { [cacheChannel]: (payload: string) => portals.clients.forget(Number(payload)) },
      worker: { [syncChannel]: dueCheck.hear },
      onMissed: () => portals.clients.forget(null),
    },
    http,
    handlers,
    schedules: makeSchedules({
      db,
      clock,
      wake: queue.wake,
      listRecoverableTenants: connections.listRecoverableTenants,
      listInstalledTenants: () => installations.listActiveTenants({ offline: false }),
      listOfflineTenants: () => installations.listActiveTenants({ offline: true }),
      purgePending: installations.purgePending,
      sweepIntervalSec: config.sweepIntervalSec,
    }),
    /** What a process does first: subscriptions are checked, and what came while nobody could be called is fetched. */
    async wakeInstalled(): Promise<void> {
      await queue.wake('bind', await installations.listActiveTenants({ offline: false }));
      await queue.wake('offline', await installations.listActiveTenants({ offline: true }));
    },
    async close(): Promise<void> {
      agent.destroy();
      await pool.end();
      await db.close();
    },
  };
}
