import type { Transaction } from 'sequelize';
import type { Secrets } from '../../lib/secrets.ts';
import { type Database, queryRows } from '../../models/database.ts';
import { closeAllFaults } from '../../sync/faults/fault-store.ts';
import {
  connectionSuspended,
  credentialsUnreadable,
  notConfigured,
  outgoingWithoutWebhook,
} from './connection-errors.ts';
import { type ConnectionKind, type ConnectionState, makeConnectionState } from './connection-state.ts';
import { clientSecretPlace, webhookPlace } from './secret-places.ts';

/** How a tenant reaches its portal. Holds no secret. */
export interface Connection {
  tenantId: number;
  kind: ConnectionKind;
  state: 'active' | 'suspended';
  /** `host[:port]`. */
  portal: string;
  userId: number | null;
  scope: string[];
  outgoingTokenSet: boolean;
  /** A newer token was entered and has proved nothing yet. */
  outgoingTokenWaits: boolean;
  /** Why the connection is suspended, in Russian; null while it is active. */
  error: { code: string; message: string } | null;
  pausedUntil: Date | null;
  pauseReason: string | null;
  pauseFailures: number;
  lastEventAt: Date | null;
  checkedAt: Date | null;
  /** What the portal makes of a filter on the time of change; null while it is not proved. */
  timeFilter: 'honoured' | 'ignored' | null;
}

/** What is known of a webhook that was tried and works. */
export interface VerifiedWebhook {
  url: string;
  host: string;
  userId: number;
  scope: string[];
}

/** Application credentials: `undefined` leaves what is stored, null clears it. */
export interface ApplicationCredentials {
  clientId?: string | null;
  clientSecret?: string | null;
}

export type Connections = ReturnType<typeof makeConnections>;

/**
 * The one place that reads and writes `bitrix24_connections` and the `bitrix24_*` columns of `companies`. Webhook URLs and
 * client secrets are encrypted, each bound to its column and tenant.
 */
export function makeConnections({ db, secrets }: { db: Database; secrets: Secrets }) {
  const state: ConnectionState = makeConnectionState(db);

  /** The tenant's connection that counts, or null when it has none. An installation goes before a webhook. */
  async function find(tenantId: number, transaction?: Transaction): Promise<Connection | null> {
    const [row] = await queryRows<Connection>(db, connectionQuery, { tenantId }, transaction);
    return row ?? null;
  }

  /** A person who connects anew may have mended anything: what was refused is asked again. */
  async function startAnew(tenantId: number, kind: ConnectionKind, transaction: Transaction): Promise<void> {
    await state.resume(tenantId, kind, transaction);
    if ((await find(tenantId, transaction))?.kind === kind) await closeAllFaults(db, tenantId, transaction);
  }

  return {
    ...state,
    find,

    /** The gate before everything that needs the portal: throws `not_configured` (400) or `connection_suspended` (409). */
    async requireActive(tenantId: number): Promise<Connection> {
      const connection = await find(tenantId);
      if (!connection) throw notConfigured();
      if (connection.state === 'suspended') throw connectionSuspended(connection.error);
      return connection;
    },

    /** The encrypted webhook URL as it is stored: it changes whenever the URL is stored anew. Null when there is none. */
    async findStoredWebhook(tenantId: number, transaction?: Transaction): Promise<string | null> {
      const [row] = await queryRows<{ stored: string | null }>(
        db,
        `select c.bitrix24_webhook_url as stored from companies c
           join bitrix24_connections b on b.tenant_id = c.id and b.kind = 'webhook' where c.id = $tenantId`,
        { tenantId },
        transaction,
      );
      return row?.stored ?? null;
    },

    /** Decrypts what `findStoredWebhook` gave. Throws AppError `credentials_unreadable` when the key is gone. */
    readWebhook(tenantId: number, stored: string): string {
      try {
        return secrets.decrypt(stored, webhookPlace(tenantId));
      } catch (cause) {
        throw credentialsUnreadable(cause);
      }
    },

    /**
     * Makes concurrent set-ups of one tenant wait for each other until the transaction ends. Writers that add records to the company are
     * not waited for.
     */
    async lock(tenantId: number, transaction: Transaction): Promise<void> {
      await queryRows(db, 'select id from companies where id = $tenantId for no key update', { tenantId }, transaction);
    },

    /** Stores a webhook that works; a suspended or paused connection starts again. Repeat-safe. */
    async storeWebhook(tenantId: number, webhook: VerifiedWebhook, transaction: Transaction): Promise<void> {
      const stored = secrets.encrypt(webhook.url, webhookPlace(tenantId));
      await queryRows(
        db,
        'update companies set bitrix24_webhook_url = $stored where id = $tenantId',
        { tenantId, stored },
        transaction,
      );
      await queryRows(
        db,
        `insert into bitrix24_connections as b (tenant_id, kind, portal_host, user_id, scope, checked_at)
         values ($tenantId, 'webhook', $host, $userId, $scope, now())
         on conflict (tenant_id, kind) do update
            set portal_host = excluded.portal_host, user_id = excluded.user_id, scope = excluded.scope,
                checked_at = now(), updated_at = now(), time_filter = null`,
        { tenantId, host: webhook.host, userId: webhook.userId, scope: webhook.scope },
        transaction,
      );
      await startAnew(tenantId, 'webhook', transaction);
    },

    /** Forgets the webhook. Database triggers delete the connection and its queue; mappings stay. Repeat-safe. */
    async removeWebhook(tenantId: number, transaction: Transaction): Promise<void> {
      await queryRows(
        db,
        'update companies set bitrix24_webhook_url = null where id = $tenantId and bitrix24_webhook_url is not null',
        { tenantId },
        transaction,
      );
      await queryRows(
        db,
        `delete from bitrix24_connections where tenant_id = $tenantId and kind = 'webhook'`,
        { tenantId },
        transaction,
      );
      await state.endFault(tenantId, transaction);
    },

    /** Connects the tenant by an installation; a suspended or paused one starts again. Repeat-safe. */
    async storeInstallation(
      tenantId: number,
      { host, memberId, userId, scope }: { host: string; memberId: string; userId: number | null; scope: string[] },
      transaction: Transaction,
    ): Promise<void> {
      await queryRows(
        db,
        `insert into bitrix24_connections as b (tenant_id, kind, portal_host, member_id, user_id, scope, checked_at)
         values ($tenantId, 'installation', $host, $memberId, $userId, $scope, now())
         on conflict (tenant_id, kind) do update
            set portal_host = excluded.portal_host, member_id = excluded.member_id, user_id = excluded.user_id,
                scope = excluded.scope, checked_at = now(), updated_at = now(), time_filter = null`,
        { tenantId, host, memberId, userId, scope },
        transaction,
      );
      await startAnew(tenantId, 'installation', transaction);
    },

    /** Forgets the installation's connection; a webhook takes over, or nothing is synchronised any more. Repeat-safe. */
    async removeInstallation(tenantId: number, transaction: Transaction): Promise<void> {
      await queryRows(
        db,
        `delete from bitrix24_connections where tenant_id = $tenantId and kind = 'installation'`,
        { tenantId },
        transaction,
      );
      await state.endFault(tenantId, transaction);
    },

    /** Notes the permissions that the portal grants the connection that counts. */
    async storeScope(tenantId: number, scope: string[]): Promise<void> {
      await queryRows(
        db,
        `update bitrix24_connections set scope = $scope, updated_at = now()
          where (tenant_id, kind) in (select tenant_id, kind from bitrix24_effective_connections where tenant_id = $tenantId)`,
        { tenantId, scope },
      );
    },

    /** Stores or clears the application's id and secret. */
    async storeApplication(
      tenantId: number,
      credentials: ApplicationCredentials,
      transaction: Transaction,
    ): Promise<void> {
      const { clientId, clientSecret } = credentials;
      const secret = clientSecret ? secrets.encrypt(clientSecret, clientSecretPlace(tenantId)) : null;
      await queryRows(
        db,
        `update companies
            set bitrix24_client_id = case when $withId then $clientId else bitrix24_client_id end,
                bitrix24_client_secret = case when $withSecret then $secret else bitrix24_client_secret end
          where id = $tenantId and ($withId or $withSecret)`,
        {
          tenantId,
          clientId: clientId ?? null,
          secret,
          withId: clientId !== undefined,
          withSecret: clientSecret !== undefined,
        },
        transaction,
      );
    },

    /**
     * Stores the digest of the token that the portal's outgoing webhook proves itself with; null forgets it. Only an event can prove a
     * token, so a token that is there already is taken until the first event brings the new one. Throws `outgoing_token_without_webhook`.
     */
    async storeOutgoingToken(tenantId: number, token: string | null, transaction: Transaction): Promise<void> {
      const stored = await queryRows(
        db,
        `update bitrix24_connections
            set outgoing_token_digest = case when $digest::text is null then null else coalesce(outgoing_token_digest, $digest) end,
                next_outgoing_digest = case when outgoing_token_digest <> $digest then $digest end, updated_at = now()
          where tenant_id = $tenantId and kind = 'webhook' returning 1`,
        { tenantId, digest: token === null ? null : secrets.digest(token) },
        transaction,
      );
      if (token !== null && stored.length === 0) throw outgoingWithoutWebhook();
    },

    /** Tenants whose portal's outgoing webhook proves itself with a token of this digest. A newer token takes the place of the former. */
    async findByOutgoingToken(digest: string): Promise<number[]> {
      const rows = await queryRows<{ id: number; isNew: boolean }>(
        db,
        `select tenant_id as id, next_outgoing_digest is not distinct from $digest as "isNew" from bitrix24_connections
          where outgoing_token_digest = $digest or next_outgoing_digest = $digest order by tenant_id`,
        { digest },
      );
      if (rows.some(({ isNew }) => isNew)) {
        await queryRows(
          db,
          `update bitrix24_connections set outgoing_token_digest = $digest, next_outgoing_digest = null, updated_at = now()
            where next_outgoing_digest = $digest`,
          { digest },
        );
      }
      return rows.map(({ id }) => id);
    },
  };
}

const connectionQuery = `
  select tenant_id as "tenantId", kind, state, portal_host as portal, user_id as "userId", scope,
         outgoing_token_digest is not null as "outgoingTokenSet",
         exists (select 1 from bitrix24_connections b where b.tenant_id = c.tenant_id and b.next_outgoing_digest is not null)
           as "outgoingTokenWaits",
         case when state = 'suspended'
              then json_build_object('code', error_code, 'message', error_message) end as error,
         paused_until as "pausedUntil", pause_reason as "pauseReason", pause_failures as "pauseFailures",
         last_event_at as "lastEventAt", checked_at as "checkedAt",
         (select b.time_filter from bitrix24_connections b where b.tenant_id = c.tenant_id and b.kind = c.kind) as "timeFilter"
    from bitrix24_effective_connections c where tenant_id = $tenantId`;
