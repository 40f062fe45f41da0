import type https from 'node:https';
import type { Config } from '../config/config.ts';
import type { PortalAccess } from './bitrix24/access.ts';
import { makeApplication } from './bitrix24/application.ts';
import type { Bitrix24Client } from './bitrix24/client.ts';
import type { Limits } from './bitrix24/limits/limits.ts';
import { makeOAuth, type TokenInfo } from './bitrix24/oauth.ts';
import { probeWebhook } from './bitrix24/probe.ts';
import { makeBitrix24Client } from './bitrix24/sdk-client.ts';
import { accessWithToken } from './bitrix24/visitor-access.ts';
import type { OfflineQueue } from './events/offline.ts';
import type { Metrics } from './http/metrics.ts';
import { mintToken, readState, sessionSecretFrom, signState } from './http/tokens.ts';
import type { JobQueue } from './jobs/queue.ts';
import type { Clock } from './lib/clock.ts';
import type { Log } from './lib/log.ts';
import type { Secrets } from './lib/secrets.ts';
import type { Database } from './models/database.ts';
import { makeAccess } from './portals/access.ts';
import { makeApplications } from './portals/applications.ts';
import { makeBind, releaseBindings } from './portals/bind.ts';
import { makeClients } from './portals/clients.ts';
import { makeCodeGrant } from './portals/code-grant.ts';
import { makeConnections } from './portals/connections.ts';
import { makeEventSender } from './portals/event-sender.ts';
import { makeHealth } from './portals/health.ts';
import { makeInstall } from './portals/install.ts';
import { makeInstallationRoutes } from './portals/installation-routes.ts';
import { type Installation, makeInstallations } from './portals/installations.ts';
import { makeLifeCycle } from './portals/life-cycle.ts';
import { makeLinkCodes } from './portals/link-codes.ts';
import { makePageRoutes } from './portals/page-routes.ts';
import { makePortalRoutes } from './portals/routes.ts';
import { makeSessions } from './portals/session.ts';
import { makeSessionRoutes } from './portals/session-routes.ts';
import { makeSetup } from './portals/setup.ts';
import { makeTakeOver } from './portals/take-over.ts';
import { makeTokens } from './portals/tokens.ts';

export interface PortalWiringDeps {
  config: Config;
  db: Database;
  clock: Clock;
  log: Log;
  secrets: Secrets;
  metrics: Metrics;
  queue: JobQueue;
  agent: https.Agent;
  limits: Limits;
}

export type Portals = ReturnType<typeof wirePortals>;

/** Builds everything about how companies reach their portals, and how portals reach us. */
export function wirePortals({ config, db, clock, log, secrets, metrics, queue, agent, limits }: PortalWiringDeps) {
  const way = { agent, limits, clock, log };
  const makeClient = (access: PortalAccess): Bitrix24Client => makeBitrix24Client(access, way);
  const wakeBinding = (tenantId: number) => queue.wake('bind', [tenantId]);
  const wakeReconcile = (tenantId: number) => queue.wake('reconcile', [tenantId]);

  const oauth = makeOAuth({ urls: config.oauthUrls, agent });
  const connections = makeConnections({ db, secrets });
  const installations = makeInstallations({ db, secrets, clock });
  const applications = makeApplications({ db, secrets, marketplace: config.marketplace });
  const tokens = makeTokens({ installations, oauth, keysOf: applications.keysOf, clock, log });
  const access = makeAccess({ connections, installations, tokens, oauth, log });
  const clients = makeClients({ db, access, makeClient, log });
  const { clientFor } = clients;
  const applicationFor = async (installation: Installation) =>
    makeApplication(await access.ofInstallation(installation), way);
  /** Who a visitor is in the portal, by the visitor's own token. */
  const profileOf = (portal: { host: string; memberId: string }, accessToken: string) =>
    makeApplication(accessWithToken(portal, accessToken), way).profile();

  const store = makeTakeOver({ db, clock, connections, installations, makeClient, wakeBinding });
  const isAdmin = async (info: TokenInfo, accessToken: string) => (await profileOf(info, accessToken)).isAdmin;
  const install = makeInstall({
    ...{ installations, applications, oauth, store, isAdmin, wakeBinding, log },
    isAlive: async (installation) =>
      (await applicationFor(installation)).profile().then(
        ({ isAdmin }) => isAdmin,
        () => false,
      ),
  });
  const lifeCycle = makeLifeCycle({
    ...{ db, installations, connections, install, oauth, isAdmin, wakeBinding, wakeReconcile, log },
    release: async (installation) => releaseBindings(await applicationFor(installation)),
  });
  const probe = (url: string) => probeWebhook(url, agent);
  const setup = makeSetup({
    ...{ db, connections, clients, applications, install, probe, makeClient, log },
    publicUrl: config.publicUrl,
  });
  const health = makeHealth({ db, connections, clientFor, clock, log });
  const [firstKey] = config.encryptionKeys;
  const sessionSecret = config.jwtSecret ?? sessionSecretFrom(firstKey?.key ?? Buffer.alloc(0));
  const sessions = makeSessions({
    installations,
    oauth,
    secrets,
    clock,
    profile: profileOf,
    mint: (claims, hours) => mintToken(sessionSecret, claims, hours),
  });
  const state = {
    sign: (tenantId: number) => signState(sessionSecret, tenantId),
    read: (text: string) => readState(sessionSecret, text),
  };
  const codeGrant = makeCodeGrant({ applications, oauth, install, state });
  const linkCodes = makeLinkCodes({ db, secrets, applications, connections });
  const count = (result: string) => metrics.frames.inc({ result });

  return {
    connections,
    installations,
    clients,
    clientFor,
    health,
    lifeCycle,
    sessionSecret,
    identify: makeEventSender({ db, secrets, installations, lifeCycle }),
    bind: makeBind({ installations, applicationFor, clientFor, publicUrl: config.publicUrl, clock }),
    routes: [
      ...makePortalRoutes({ setup, health, clients }),
      ...makeInstallationRoutes({ installations, codeGrant, linkCodes, lifeCycle, wakeBinding }),
    ],
    open: makeSessionRoutes({ sessions, linkCodes, wakeBinding }),
    callbacks: makePageRoutes({ installations, install, lifeCycle, codeGrant, clock, wakeBinding, count }),

    /** The tenant's offline queue, if its portal keeps one. */
    async offlineQueueOf(tenantId: number): Promise<OfflineQueue | null> {
      const installation = await installations.findByTenant(tenantId);
      if (installation?.state !== 'active' || installation.offline === 'none') return null;
      return { mode: installation.offline, application: await applicationFor(installation) };
    },
  };
}
