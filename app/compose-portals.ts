import type { Config } from '../config/config.ts';
import type { PortalAccess } from './bitrix24/access.ts';
import type { Agents } from './bitrix24/agents.ts';
import { makeAppApi } from './bitrix24/app-api.ts';
import { makeCheckupApi } from './bitrix24/checkup-api.ts';
import type { Bitrix24Client } from './bitrix24/client.ts';
import type { Limits } from './bitrix24/limits/limits.ts';
import { makeOAuth, type TokenInfo } from './bitrix24/oauth.ts';
import type { NoteRequest, RequestNote } from './bitrix24/request-note.ts';
import { makeBitrix24Client } from './bitrix24/sdk-client.ts';
import { accessWithToken } from './bitrix24/user-token-access.ts';
import { verifyWebhook } from './bitrix24/verify-webhook.ts';
import { makeVisitorApi } from './bitrix24/visitor-api.ts';
import type { OfflineQueue } from './events/offline.ts';
import type { Metrics } from './http/metrics.ts';
import type { RateLimits } from './http/rate-limits.ts';
import { mintToken, sessionSecretFrom } from './http/tokens.ts';
import type { JobQueue } from './jobs/queue.ts';
import type { Clock } from './lib/clock.ts';
import type { Log } from './lib/log.ts';
import type { Secrets } from './lib/secrets.ts';
import type { Database } from './models/database.ts';
import { makeAppCredentials } from './portals/connection/app-credentials.ts';
import { type ClientNotes, makeClients } from './portals/connection/clients.ts';
import { notConfigured } from './portals/connection/connection-errors.ts';
import { makePortalRoutes } from './portals/connection/connection-routes.ts';
import { makeConnections } from './portals/connection/connections.ts';
import { makeHealth } from './portals/connection/health.ts';
import { makeNotePlan } from './portals/connection/note-plan.ts';
import { makeRequestLog } from './portals/connection/request-log.ts';
import { makeRightsRoutes } from './portals/connection/rights-routes.ts';
import { makeSetup } from './portals/connection/setup.ts';
import { makeWebhookMove } from './portals/connection/webhook-move.ts';
import { makeAppLifecycleEvents } from './portals/install/app-lifecycle-events.ts';
import { makeAuthorizations } from './portals/install/authorizations.ts';
import { callbackUrlsOf } from './portals/install/callback-urls.ts';
import { makeCheckKeys } from './portals/install/check-keys.ts';
import { makeClaimPortal } from './portals/install/claim-portal.ts';
import { makeCodeGrant } from './portals/install/code-grant.ts';
import { makeIdentifySender } from './portals/install/identify-sender.ts';
import { makeInstall } from './portals/install/install.ts';
import { makeInstallationRoutes } from './portals/install/installation-routes.ts';
import { type Installation, makeInstallations } from './portals/install/installations.ts';
import { makeLinkCodes } from './portals/install/link-codes.ts';
import { makePeople } from './portals/install/people.ts';
import { makePortalCredentials } from './portals/install/portal-credentials.ts';
import { makeProofs } from './portals/install/proofs.ts';
import { makeSubscribe, releaseBindings } from './portals/install/subscriptions.ts';
import { makeTokens } from './portals/install/tokens.ts';
import { makeAdmission } from './portals/pages/admission.ts';
import { makeCardCheck } from './portals/pages/card-check.ts';
import { makePageRoutes } from './portals/pages/page-routes.ts';
import { rememberProfiles } from './portals/pages/remember-profiles.ts';
import { makeSessions } from './portals/pages/session.ts';
import { makeSessionRoutes } from './portals/pages/session-routes.ts';
import { readSettings } from './sync/load/read-settings.ts';
import { makeSchemaWatch } from './sync/schema/watch.ts';

export interface PortalDeps {
  config: Config;
  db: Database;
  clock: Clock;
  log: Log;
  secrets: Secrets;
  metrics: Metrics;
  queue: JobQueue;
  agents: Agents;
  limits: Limits;
  rates: RateLimits;
}

export type Portals = ReturnType<typeof composePortals>;

/** Builds how tenants' portals are reached: connections, installations with their tokens, clients. */
function composeAccess({ config, db, clock, log, secrets, metrics, agents, limits }: PortalDeps) {
  const count = ({ method, error, durationMs }: RequestNote) =>
    metrics.portalRequests.observe({ method, result: error?.kind ?? 'ok' }, durationMs / 1000);
  /** Every request is counted; those of a company are noted in its log as well. */
  const counted =
    (note?: NoteRequest): NoteRequest =>
    (request) => {
      count(request);
      note?.(request);
    };
  const clientDeps = { agent: agents.portals, limits, clock, log, noteRequest: counted() };
  const makeClient = (access: PortalAccess, notes?: ClientNotes): Bitrix24Client =>
    makeBitrix24Client(access, {
      ...clientDeps,
      noteOffset: notes?.offset,
      notes: notes?.schema,
      noteRequest: counted(notes?.request),
    });
  const oauth = makeOAuth({ urls: config.oauthUrls, agents });
  const proofs = makeProofs(oauth.appInfo);
  const connections = makeConnections({ db, secrets });
  const installations = makeInstallations({ db, secrets, clock });
  const applications = makeAppCredentials({ db, secrets, marketplace: config.marketplace });
  const tokens = makeTokens({
    ...{ installations, oauth, keysOf: applications.keysOf, clock, log },
    count: (result) => metrics.tokenRefreshes.inc({ result }),
  });
  const admit = async (host: string) => void (await limits.acquire(host, new Map(), { urgency: 'interactive' }));
  const probe = (url: string) => verifyWebhook(url, { agent: agents.portals, admit });
  const notePlan = makeNotePlan({ limits, notePlanEnd: connections.notePlanEnd, clock });
  const webhookMove = makeWebhookMove({ db, connections, probe, makeClient, log });
  const access = makePortalCredentials({ connections, installations, tokens, oauth, webhookMove, log });
  const requests = makeRequestLog({ db, clock, log });
  const clients = makeClients({ db, access, makeClient, watch: makeSchemaWatch({ db, log }), requests, log });
  const applicationFor = async (installation: Installation) =>
    makeAppApi(await access.ofInstallation(installation), {
      ...clientDeps,
      noteRequest: counted((note) => installation.tenantId !== null && requests.note(installation.tenantId, note)),
    });
  /** What a check of a company's connection asks. Throws AppError `not_configured`. */
  const checkupFor = async (tenantId: number) => {
    const way = await access.find(tenantId);
    if (!way) throw notConfigured();
    return makeCheckupApi(await way.open(), {
      ...clientDeps,
      noteRequest: counted((note) => requests.note(tenantId, note)),
    });
  };
  /** Who a visitor is in the portal, by the visitor's own token. */
  const profileOf = (portal: { host: string; memberId: string }, accessToken: string) =>
    makeAppApi(accessWithToken(portal, accessToken), clientDeps).profile();
  const visitorOf = (portal: { host: string; memberId: string }, accessToken: string) =>
    makeVisitorApi(accessWithToken(portal, accessToken), clientDeps);
  return {
    makeClient,
    oauth,
    proofs,
    tokens,
    connections,
    installations,
    applications,
    requests,
    clients,
    applicationFor,
    checkupFor,
    profileOf,
    visitorOf,
    probe,
    notePlan,
  };
}

/** Builds the sessions of the pages in portals, and what their visitors may do. */
function composeVisitors(
  { config, db, clock, secrets, rates }: PortalDeps,
  { installations, proofs, visitorOf }: ReturnType<typeof composeAccess>,
  sessionSecret: string,
) {
  const whoAmI = (portal: { host: string; memberId: string }, token: string) => visitorOf(portal, token).whoAmI();
  const sessions = makeSessions({
    ...{ installations, oauth: proofs.visitors, secrets, clock, people: makePeople(db) },
    whoAmI: rememberProfiles(whoAmI, { clock, digest: secrets.digest }),
    rulesOf: async (tenantId) => (await readSettings({ db }, tenantId)).portal_access,
    mint: (claims, hours) => mintToken(sessionSecret, claims, hours, config.jwtRules),
  });
  const checkCard = makeCardCheck({
    ...{ installations, clock, digest: secrets.digest },
    countAsked: (visitor) => rates.take('cardsByVisitor', visitor),
    mayRead: (installation, token, { type, id }) => visitorOf(installation, token).mayRead(type, id),
  });
  return { sessions, admit: makeAdmission({ db, checkCard }) };
}

/** Builds the installation of the app in portals, and what their events about the app itself do. */
function composeInstall({ config, db, clock, log, queue, rates }: PortalDeps, reach: ReturnType<typeof composeAccess>) {
  const { connections, installations, applications, tokens, makeClient } = reach;
  const { clients, applicationFor, profileOf, probe, notePlan } = reach;
  const oauth = { ...reach.oauth, ...reach.proofs.strangers };
  const wakeBinding = (tenantId: number) => queue.wake('bind', [tenantId]);
  const wakeReconcile = (tenantId: number) => queue.wake('reconcile', [tenantId]);
  const store = makeClaimPortal({ db, clock, connections, installations, makeClient, wakeBinding });
  const isAdmin = async (info: TokenInfo, accessToken: string) => (await profileOf(info, accessToken)).isAdmin;
  const install = makeInstall({
    ...{ installations, applications, oauth, store, isAdmin, wakeBinding, log },
    isAlive: async (installation) =>
      (await applicationFor(installation)).profile().then(
        ({ isAdmin }) => isAdmin,
        () => false,
      ),
  });
  const appEvents = makeAppLifecycleEvents({
    ...{ db, installations, connections, install, oauth, isAdmin, rates, wakeBinding, wakeReconcile, clock, log },
    release: async (installation) => releaseBindings(await applicationFor(installation)),
  });
  const checkKeys = makeCheckKeys({ installations, connections, applications, tokens });
  const setup = makeSetup({
    ...{ db, clock, connections, clients, applications, probe, makeClient, notePlan, log },
    install: { findPending: install.findPending, checkKeys, wakeBinding },
    publicUrl: config.publicUrl,
  });
  return { install, appEvents, setup, wakeBinding };
}

/** Builds everything about how companies reach their portals, and how portals reach us. */
export function composePortals(deps: PortalDeps) {
  const { config, db, clock, log, secrets, metrics, rates } = deps;
  const reach = composeAccess(deps);
  const { oauth, connections, installations, applications, clients, applicationFor, notePlan } = reach;
  const { clientFor } = clients;
  const { install, appEvents, setup, wakeBinding } = composeInstall(deps, reach);
  const tokenRefreshedAt = async (tenantId: number) =>
    (await installations.findByTenant(tenantId))?.refreshedAt ?? null;
  const health = makeHealth({ db, connections, clientFor, tokenRefreshedAt, clock, log });
  const [firstKey] = config.encryptionKeys;
  const sessionSecret = config.jwtSecret ?? sessionSecretFrom(firstKey?.key ?? Buffer.alloc(0));
  const { sessions, admit } = composeVisitors(deps, reach, sessionSecret);
  const authorizations = makeAuthorizations({ db, secret: sessionSecret, secrets });
  const authorizeUrl = () => callbackUrlsOf(config.publicUrl).authorize;
  const codeGrant = makeCodeGrant({ applications, oauth, install, authorizations, authorizeUrl });
  const linkCodes = makeLinkCodes({ db, secrets, applications, connections });
  const identify = makeIdentifySender({ connections, secrets, installations, appEvents });
  const count = (result: string) => metrics.frames.inc({ result });

  return {
    ...{ connections, installations, requests: reach.requests, clients, clientFor, health, appEvents, sessionSecret },
    admit,
    identify,
    tokens: reach.tokens,
    installations,
    checkupFor: reach.checkupFor,
    applicationFor,
    bind: makeSubscribe({
      ...{ installations, applicationFor, clientFor, notePlan, publicUrl: config.publicUrl, clock },
      resume: (tenantId) => connections.resume(tenantId, 'installation'),
    }),
    routes: [
      ...makePortalRoutes({ setup, health, clients, rates }),
      ...makeRightsRoutes({ db, clock, connections, clients }),
      ...makeInstallationRoutes({ installations, codeGrant, linkCodes, appEvents, wakeBinding }),
    ],
    open: makeSessionRoutes({ sessions, linkCodes, wakeBinding, rates }),
    callbacks: makePageRoutes({
      ...{ installations, install, appEvents, identify, codeGrant, clock, rates, wakeBinding, count },
    }),
    ...composeOffline(deps, reach),
  };
}

/** Builds how the queue that a portal keeps for us is reached. */
function composeOffline({ queue }: PortalDeps, { installations, applicationFor }: ReturnType<typeof composeAccess>) {
  return {
    /** The tenant's offline queue, if its portal keeps one. */
    async offlineQueueOf(tenantId: number): Promise<OfflineQueue | null> {
      const installation = await installations.findByTenant(tenantId);
      if (installation?.state !== 'active' || installation.offline === 'none') return null;
      return { mode: installation.offline, application: await applicationFor(installation) };
    },

    /** The portal grants less of its offline queue than it did. */
    async noteOfflineMode(tenantId: number, mode: 'none' | 'plain'): Promise<void> {
      const installation = await installations.findByTenant(tenantId);
      if (!installation) return;
      await installations.noteOffline(installation.id, mode);
      // Only administrators may read the queue: whom the app works as may have been one.
      if (mode === 'none') await queue.wake('recheck', [tenantId]);
    },
  };
}
