import type { Config } from '../config/config.ts';
import type { LimitUsage } from './bitrix24/limits/usage.ts';
import type { Portals } from './compose-portals.ts';
import type { DoctorRouteDeps } from './doctor/doctor-routes.ts';
import { proveTimeFilter } from './events/time-filter.ts';
import type { RateLimits } from './http/rate-limits.ts';
import { presentSchema } from './integration/schema-view.ts';
import type { JobQueue } from './jobs/queue.ts';
import type { Clock } from './lib/clock.ts';
import { notFound } from './lib/errors.ts';
import type { Database } from './models/database.ts';
import { callbackUrlsOf } from './portals/install/callback-urls.ts';
import type { Installation } from './portals/install/installations.ts';
import { recordEvents, tabs } from './portals/install/plan-subscriptions.ts';
import { readSettings } from './sync/load/read-settings.ts';
import { listChanges, listSchema } from './sync/schema/schema-store.ts';

export interface DoctorParts {
  config: Config;
  db: Database;
  clock: Clock;
  portals: Portals;
  queue: Pick<JobQueue, 'wake'>;
  rates: RateLimits;
  usageOf(portal: string): Promise<LimitUsage>;
}

/** Builds what looks at a company's connection and mends it. */
export function composeDoctor({ config, db, clock, portals, queue, rates, usageOf }: DoctorParts): DoctorRouteDeps {
  const { publicUrl } = config;
  const { connections, installations, clientFor } = portals;
  const ownInstallation = async (tenantId: number): Promise<Installation> => {
    const installation = await installations.findByTenant(tenantId);
    if (!installation) throw notFound();
    return installation;
  };
  return {
    ...{ db, clock, publicUrl, rates, usageOf, clientFor, checkupOf: portals.checkupFor },
    wanted() {
      const { events, tab } = callbackUrlsOf(publicUrl);
      return { events: recordEvents, eventsUrl: events, tabs: tabs.map((name) => ({ name, handler: tab(name) })) };
    },
    connectionOf: (tenantId) => connections.find(tenantId),
    async installationOf(tenantId) {
      const installation = await installations.findByTenant(tenantId);
      return installation && installationFacts(installation);
    },
    applicationOf: async (tenantId) => portals.applicationFor(await ownInstallation(tenantId)),
    async schemaOf(tenantId) {
      const [schemas, changes, settings] = await Promise.all([
        listSchema(db, tenantId),
        listChanges(db, tenantId),
        readSettings({ db }, tenantId),
      ]);
      const { read_at: readAt, changes: shown } = presentSchema({ schemas, changes, settings }, 'en');
      return { readAt, touching: shown.filter(({ pairs }) => pairs.length > 0).length };
    },
    proveTimeFilter: async (tenantId) =>
      proveTimeFilter(db, await clientFor(tenantId), tenantId, { urgency: 'interactive' }),
    async bind(tenantId, log) {
      await installations.restartSteps((await ownInstallation(tenantId)).id);
      await portals.bind(tenantId, { log });
    },
    renewToken: async (tenantId) => portals.tokens.renewNow(await ownInstallation(tenantId)),
    lookForDuplicates: (tenantId) => queue.wake('duplicate_check', [tenantId]),
  };
}

function installationFacts({ steps, refreshedAt, offline }: Installation) {
  const states = Object.values(steps);
  return {
    failedSteps: states.flatMap(({ error }) => error ?? []),
    waitingSteps: states.filter(({ state }) => state === 'waiting').length,
    refreshedAt,
    offline,
  };
}
