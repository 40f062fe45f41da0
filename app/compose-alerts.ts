import type https from 'node:https';
import type { Config } from '../config/config.ts';
import { makeAlertJob } from './alerts/alert-job.ts';
import { makeAlertRoutes } from './alerts/alert-routes.ts';
import { makeSend } from './alerts/channels.ts';
import { dropOldAlerts, listTenantsWithAlerts } from './alerts/deliveries.ts';
import { makeMailer } from './alerts/email.ts';
import type { Bitrix24Client } from './bitrix24/client.ts';
import type { Metrics } from './http/metrics.ts';
import type { RateLimits } from './http/rate-limits.ts';
import type { JobQueue } from './jobs/queue.ts';
import type { Clock } from './lib/clock.ts';
import type { Secrets } from './lib/secrets.ts';
import type { Database } from './models/database.ts';

export interface AlertDeps {
  config: Config;
  db: Database;
  clock: Clock;
  secrets: Secrets;
  metrics: Metrics;
  queue: JobQueue;
  rates: RateLimits;
  /** Connections of outgoing webhooks. */
  agent: https.Agent;
  clientFor(tenantId: number): Promise<Bitrix24Client>;
}

export type Alerts = ReturnType<typeof composeAlerts>;

/** Builds who is told of what: routes, the job of a company, and its schedule. */
export function composeAlerts(deps: AlertDeps) {
  const { config, db, clock, secrets, metrics, queue, rates, agent, clientFor } = deps;
  const mailer = config.smtp ? makeMailer(config.smtp) : null;
  const count = (channel: string, result: string) => metrics.alerts.inc({ channel, result });
  const send = makeSend({ db, secrets, clientFor, mailer, agent, clock, count });
  const telling = { db, publicUrl: config.publicUrl, send };
  return {
    run: makeAlertJob({ ...telling, random: Math.random }),
    listTenants: () => listTenantsWithAlerts(db),
    dropOld: () => dropOldAlerts(db),
    routes: makeAlertRoutes({
      ...{ ...telling, clock, secrets, rates, hasMail: mailer !== null },
      wake: (tenantId) => queue.wake('alerts', [tenantId]),
    }),
    close: () => mailer?.close(),
  };
}
