import type { Config } from '../config/config.ts';
import type { BucketSize, RunSql } from './bitrix24/limits/bucket.ts';
import { readPortalState } from './bitrix24/limits/forecast.ts';
import { readUsage } from './bitrix24/limits/usage.ts';
import type { Alerts } from './compose-alerts.ts';
import { composeDoctor } from './compose-doctor.ts';
import type { Portals } from './compose-portals.ts';
import { makeCompanyRoutes } from './crm/company-routes.ts';
import { makeRecordRoutes } from './crm/record-routes.ts';
import { makeDoctorRoutes } from './doctor/doctor-routes.ts';
import { makeProbes } from './doctor/probes.ts';
import { readNextNight } from './events/night-of-tenant.ts';
import { makeReceive } from './events/receive.ts';
import { makeEventRoutes } from './events/routes.ts';
import { makeKeySet } from './http/key-set.ts';
import type { Metrics } from './http/metrics.ts';
import { createProbeServer } from './http/probes.ts';
import type { RateLimits } from './http/rate-limits.ts';
import { createServer } from './http/server.ts';
import { makeActivityRoutes } from './integration/activity-routes.ts';
import { samples } from './integration/answers/samples.ts';
import { makeCardRoutes } from './integration/card-routes.ts';
import { makeClientRoutes } from './integration/client-routes.ts';
import { makeConflictRoutes } from './integration/conflict-routes.ts';
import { makeCrmValueRoutes } from './integration/crm-value-routes.ts';
import { makeErrorDecisionRoutes } from './integration/error-decision-routes.ts';
import { makeErrorRoutes } from './integration/error-routes.ts';
import { makeFieldRoutes } from './integration/field-routes.ts';
import { makeHeldRoutes } from './integration/held-routes.ts';
import { makeLimitRoutes } from './integration/limit-routes.ts';
import { makeListRoutes } from './integration/list-routes.ts';
import { makeListViewRoutes } from './integration/list-view-routes.ts';
import { makeMapChoiceRoutes } from './integration/map-choice-routes.ts';
import { makeMapPreviewRoutes } from './integration/map-preview-routes.ts';
import { makeMappingRoutes } from './integration/mapping-routes.ts';
import { makeMatchRoutes } from './integration/match-routes.ts';
import { makePauseRoutes } from './integration/pause-routes.ts';
import { makePortalOnlyRoutes } from './integration/portal-only-routes.ts';
import { makePreviewRoutes } from './integration/preview-routes.ts';
import { makeRecordListRoutes } from './integration/record-list-routes.ts';
import { makeRequestRoutes } from './integration/request-routes.ts';
import { makeRunRoutes } from './integration/run-routes.ts';
import { makeSchemaRoutes } from './integration/schema-routes.ts';
import { makeScopeRoutes } from './integration/scope-routes.ts';
import { makeSettingsRoutes } from './integration/settings-routes.ts';
import { makeSettingsVersionRoutes } from './integration/settings-version-routes.ts';
import { makeStatsRoutes } from './integration/stats-routes.ts';
import { makeTaskRoutes } from './integration/task-routes.ts';
import { makeUndoRoutes } from './integration/undo-routes.ts';
import { noteAction } from './integration/visitor-actions.ts';
import { makeVisitorRoutes } from './integration/visitor-routes.ts';
import { makeWaiters } from './integration/waiters.ts';
import type { JobQueue } from './jobs/queue.ts';
import type { Clock } from './lib/clock.ts';
import type { Log } from './lib/log.ts';
import { type Database, queryRows } from './models/database.ts';
import { initModels } from './models/index.ts';
import { isMigrated } from './models/migrate.ts';
import type { Installation } from './portals/install/installations.ts';
import type { SyncTimings } from './sync/deps.ts';
import { noteTaskEvent } from './sync/tasks/task-store.ts';

export interface HttpDeps {
  config: Config;
  db: Database;
  clock: Clock;
  log: Log;
  metrics: Metrics;
  portals: Portals;
  alerts: Alerts;
  runSql: RunSql;
  bucket: BucketSize;
  rates: RateLimits;
  timings: SyncTimings;
  queue: Pick<JobQueue, 'wake'>;
  /** How long a portal may take before the list that a person waits for gives up. */
  patience: { readMs: number } | undefined;
}

/** Builds the HTTP server with every route; it does not listen yet. */
export function composeHttp(deps: HttpDeps) {
  const { config, db, clock, log, metrics, portals, rates, queue } = deps;
  const receive = makeReceive<Installation>({
    ...{ db, clock, log, identify: portals.identify },
    installByEvent: portals.appEvents.installByEvent,
    handleAppEvent: portals.appEvents.handleAppEvent,
    forgetFields: portals.clients.forgetEverywhere,
    noteTask: async (tenantIds, taskId) => queue.wake('portal_tasks', await noteTaskEvent(db, tenantIds, taskId)),
    noteTrial: makeProbes({ db, clock }).note,
    noteRefused: (address) => rates.take('refusedEventByAddress', address),
    count: (result) => metrics.events.inc({ result }),
  });
  return createServer({
    ...{ log, clock, metrics, routes: routesOf(deps), open: portals.open },
    callbacks: [...portals.callbacks, ...makeEventRoutes({ receive })],
    auth: {
      secret: portals.sessionSecret,
      keySet: config.jwksUrl ? makeKeySet(config.jwksUrl, clock) : undefined,
      rules: config.jwtRules,
      isKnown: (tenantId, installation) => isKnown(db, tenantId, installation),
    },
    ...{ rates, trustedProxies: config.trustedProxies },
    visitors: { admit: portals.admit, note: (caller, route, params) => noteAction(db, caller, route, params) },
    publication: { publicUrl: config.publicUrl, samples },
    ready: () => isMigrated(db),
    measures: measuresOf(config),
  });
}

/** Builds what METRICS_PORT answers; null without one. */
export function composeProbes({
  config,
  db,
  clock,
  log,
  metrics,
}: Pick<HttpDeps, 'config' | 'db' | 'clock' | 'log' | 'metrics'>) {
  const { port, token } = config.metrics;
  if (port === undefined) return null;
  const measures = token === undefined ? 'open' : { token };
  return { port, server: createProbeServer({ log, clock, metrics, measures, ready: () => isMigrated(db) }) };
}

/** Who may see the measures on the public port: where they have a port of their own, no caller. */
function measuresOf({ metrics: { port, token, isOpen } }: Config): 'open' | 'none' | { token: string } {
  if (isOpen) return 'open';
  return token === undefined || port !== undefined ? 'none' : { token };
}

function routesOf({ config, db, clock, portals, alerts, runSql, bucket, timings, rates, queue, patience }: HttpDeps) {
  const { connections, clientFor, health } = portals;
  const models = initModels(db);
  const usageOf = (portal: string) => readUsage(runSql, portal, bucket, clock.now().getTime());
  const portalOf = async (tenantId: number) => (await connections.find(tenantId))?.portal ?? null;
  const viaOf = async (tenantId: number) => (await connections.find(tenantId))?.kind ?? null;
  const portalStateOf = async (tenantId: number) => {
    const portal = await portalOf(tenantId);
    return portal === null ? null : readPortalState(runSql, portal, bucket, clock.now().getTime());
  };
  const nextNight = (tenantId: number) => readNextNight(db, tenantId, clock.now());
  const waiters = makeWaiters();
  const requireActive = async (tenantId: number) => void (await connections.requireActive(tenantId));
  return [
    ...portals.routes,
    ...makeRunRoutes({ db, clock, clientFor, requireActive, portalStateOf, waiters }),
    ...makePreviewRoutes({ db, clock, requireActive, portalStateOf, nextNight }),
    ...makeActivityRoutes({ db }),
    ...makeUndoRoutes({ db, clock, requireActive }),
    ...makeLimitRoutes({ portalOf, usageOf }),
    ...makeRequestRoutes({ db }),
    ...makeCardRoutes({ db, clock, clientFor, requireActive, waiters }),
    ...makeTaskRoutes({
      ...{ db, clock, clientFor, timings, portalOf, requireActive, waiters },
      lookEverySec: config.sweepIntervalSec,
    }),
    ...makeMappingRoutes({ db, clock, clientFor, requireActive, waiters }),
    ...makeRecordListRoutes({ db, requireActive }),
    ...makePortalOnlyRoutes({ db, clientFor, requireActive, patienceMs: patience?.readMs }),
    ...makeListViewRoutes({ db }),
    ...makeStatsRoutes({ db, clock }),
    ...makeSettingsRoutes({ db, clientFor }),
    ...makeSettingsVersionRoutes({ db, clock, clientFor }),
    ...makeScopeRoutes({ db, clientFor, requireActive }),
    ...makePauseRoutes({ db }),
    ...makeSchemaRoutes({ db, clientFor }),
    ...makeListRoutes({ db, clientFor }),
    ...makeCrmValueRoutes({ db }),
    ...makeFieldRoutes({ db, clientFor }),
    ...makeMapChoiceRoutes({ db, clientFor }),
    ...makeMapPreviewRoutes({ db, clock, clientFor }),
    ...makeConflictRoutes({ db }),
    ...makeClientRoutes({ db, clientFor, requireActive }),
    ...makeHeldRoutes({ db, requireActive }),
    ...makeMatchRoutes({ db, requireActive }),
    ...makeErrorRoutes({ db, requireActive, requireConnection: health.require, viaOf }),
    ...makeErrorDecisionRoutes({ db, viaOf }),
    ...makeVisitorRoutes({ db }),
    ...makeDoctorRoutes(composeDoctor({ config, db, clock, portals, queue, rates, usageOf })),
    ...alerts.routes,
    ...makeRecordRoutes(models),
    ...makeCompanyRoutes(models),
  ];
}

/** Whether the company of a token is there, and, where the token names one, its installation of the app. */
async function isKnown(db: Database, tenantId: number, installation: number | null): Promise<boolean> {
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
