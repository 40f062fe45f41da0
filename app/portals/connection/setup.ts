import type { Transaction } from 'sequelize';
import type { PortalAccess } from '../../bitrix24/access.ts';
import type { Bitrix24Client } from '../../bitrix24/client.ts';
import type { Clock } from '../../lib/clock.ts';
import type { Database } from '../../models/database.ts';
import { retryingTransaction } from '../../models/retrying-transaction.ts';
import { movePortal } from '../../sync/load/former-mappings.ts';
import { enqueueLinked } from '../../sync/queue/enqueue-linked.ts';
import type { Applications, Claim } from './app-credentials.ts';
import type { Clients } from './clients.ts';
import { installedElsewhere, notConfigured, portalChanged, setupInterrupted } from './connection-errors.ts';
import type { ApplicationCredentials, Connections, VerifiedWebhook } from './connections.ts';
import { forgetFormerPortal, stopRuns } from './forget-portal-data.ts';
import type { NotePlan } from './note-plan.ts';
import { checkReadableKinds, type KindWarning, listUnreadableKinds } from './readable-kinds.ts';
import { isSamePortal } from './same-portal.ts';

export interface SetupRequest {
  webhookUrl?: string | null;
  clientId?: string | null;
  clientSecret?: string | null;
  outgoingToken?: string | null;
  /** The administrator knows that this is another portal: the former links are to be forgotten. */
  replacePortal?: boolean;
}

export interface SetupAnswer {
  connected: boolean;
  kind: 'webhook' | 'installation' | null;
  portal: string | null;
  scope: string[];
  userId: number | null;
  outgoingTokenSet: boolean;
  /** What to enter as the handler of the portal's outgoing webhook; null when the app does not know its public address. */
  eventsUrl: string | null;
  /** What the portal's administrator enters in the card of an application of the company's own; null likewise. */
  appUrl: string | null;
  installUrl: string | null;
  /** A newer token of the outgoing webhook waits for its first event; until then the former one is taken too. */
  outgoingTokenWaits: boolean;
  /** The application that connects the company, or whose keys it has stored; null when there is none. */
  clientId: string | null;
  clientSecretSet: boolean;
  /** Kinds that the connection may not read; the others work. */
  warnings: KindWarning[];
}

export type Setup = ReturnType<typeof makeSetup>;

export interface SetupDeps {
  db: Database;
  clock: Clock;
  connections: Connections;
  clients: Clients;
  /** Tries a webhook; throws AppError with a sentence that begins with «Ошибка проверки вебхука Битрикс24». */
  probe(webhookUrl: string): Promise<VerifiedWebhook>;
  applications: Pick<Applications, 'ofTenant' | 'describe'>;
  install: {
    /** An installation that waits for this application's secret; null when there is none. */
    findPending(claim: Claim, options: { replacePortal: boolean }): Promise<{ activate(): Promise<void> } | null>;
    /** Throws when keys would end an installation that works; tells whether they were proved on its chain. */
    checkKeys(tenantId: number, given: ApplicationCredentials): Promise<boolean>;
    /** Looks soon whether the portal lets the installation in. */
    wakeBinding(tenantId: number): Promise<void>;
  };
  makeClient(access: PortalAccess): Bitrix24Client;
  notePlan: NotePlan;
  publicUrl: string | undefined;
}

/**
 * Makes the set-up of a tenant's connection: tries the webhook and the application's keys, then stores everything in one transaction;
 * when anything is refused, nothing is stored, and what worked works on. A null webhook disconnects: the queue is forgotten, mappings stay for a later reconnection.
 * Repeat-safe.
 */
export function makeSetup(deps: SetupDeps) {
  const { db, connections, clients } = deps;

  async function setUp(tenantId: number, request: SetupRequest): Promise<SetupAnswer> {
    const webhook = request.webhookUrl ? await deps.probe(request.webhookUrl) : null;
    const before = await connections.find(tenantId);
    const staysConnected = webhook !== null || (before !== null && request.webhookUrl !== null);
    if (request.outgoingToken && !staysConnected) throw notConfigured();
    const moved = webhook !== null && before?.portal !== webhook.host;
    if (webhook && moved && before?.kind === 'installation') throw installedElsewhere(before.portal);
    const samePortal = !moved || (await isSamePortal(db, deps.makeClient({ kind: 'webhook', ...webhook }), tenantId));
    if (webhook && !samePortal && !request.replacePortal) throw portalChanged(webhook.host);
    const areProved = await deps.install.checkKeys(tenantId, applicationOf(request));
    const waiting = await findWaiting(tenantId, request);

    await retryingTransaction(db, async (transaction) => {
      await connections.lock(tenantId, transaction);
      const now = await connections.find(tenantId, transaction);
      if (now?.portal !== before?.portal) throw setupInterrupted();
      await connections.storeApplication(tenantId, applicationOf(request), transaction);
      if (webhook) await connect(tenantId, webhook, { reconnected: before === null, samePortal }, transaction);
      if (request.webhookUrl === null) await disconnect(tenantId, transaction);
      if (request.outgoingToken !== undefined) {
        await connections.storeOutgoingToken(tenantId, request.outgoingToken, transaction);
      }
    });
    await waiting?.activate();
    if (areProved) await deps.install.wakeBinding(tenantId);
    await clients.forgetEverywhere(tenantId);
    // With a client of its own: what it reads now is not to be remembered for an hour.
    if (webhook) {
      const client = deps.makeClient({ kind: 'webhook', ...webhook });
      await checkReadableKinds(deps, client, tenantId);
      await deps.notePlan(client, tenantId);
    }
    return describe(tenantId);
  }

  /** An installation that waits for the application's secret, proved by it; refused secrets store nothing. */
  async function findWaiting(tenantId: number, request: SetupRequest) {
    if (!request.clientId && !request.clientSecret) return null;
    const stored = await deps.applications.ofTenant(tenantId);
    const clientId = request.clientId === undefined ? stored?.clientId : request.clientId;
    const clientSecret = request.clientSecret === undefined ? stored?.clientSecret : request.clientSecret;
    if (!clientId || !clientSecret) return null;
    const claim = { tenantId, keys: { clientId, clientSecret } };
    return deps.install.findPending(claim, { replacePortal: request.replacePortal ?? false });
  }

  async function connect(
    tenantId: number,
    webhook: VerifiedWebhook,
    { reconnected, samePortal }: { reconnected: boolean; samePortal: boolean },
    transaction: Transaction,
  ): Promise<void> {
    const before = await connections.find(tenantId, transaction);
    if (!samePortal) await forgetFormerPortal(db, tenantId, transaction);
    else if (before) await movePortal(db, tenantId, { from: before.portal, to: webhook.host }, transaction);
    await connections.storeWebhook(tenantId, webhook, transaction);
    if (reconnected) await enqueueLinked(db, tenantId, { reason: 'reconnected' }, transaction);
  }

  async function disconnect(tenantId: number, transaction: Transaction): Promise<void> {
    await connections.removeWebhook(tenantId, transaction);
    await stopRuns(db, tenantId, transaction);
  }

  const addressOf = (page: string) =>
    deps.publicUrl ? `${deps.publicUrl.replace(/\/+$/, '')}/bitrix24/${page}` : null;

  async function describe(tenantId: number): Promise<SetupAnswer> {
    const connection = await connections.find(tenantId);
    const application = await deps.applications.describe(tenantId);
    return {
      connected: connection !== null,
      kind: connection?.kind ?? null,
      portal: connection?.portal ?? null,
      scope: connection?.scope ?? [],
      userId: connection?.userId ?? null,
      outgoingTokenSet: connection?.outgoingTokenSet ?? false,
      outgoingTokenWaits: connection?.outgoingTokenWaits ?? false,
      clientId: application.clientId,
      clientSecretSet: application.hasSecret,
      eventsUrl: addressOf('events'),
      appUrl: addressOf('app'),
      installUrl: addressOf('install'),
      warnings: connection ? await listUnreadableKinds(db, tenantId) : [],
    };
  }

  return { setUp, describe };
}

function applicationOf({ clientId, clientSecret }: SetupRequest): ApplicationCredentials {
  return {
    ...(clientId === undefined ? {} : { clientId }),
    ...(clientSecret === undefined ? {} : { clientSecret }),
  };
}
