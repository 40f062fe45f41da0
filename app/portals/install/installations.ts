import { type Transaction, UniqueConstraintError } from 'sequelize';
import type { TokenPair } from '../../bitrix24/oauth.ts';
import type { Clock } from '../../lib/clock.ts';
import type { Secrets } from '../../lib/secrets.ts';
import { type Database, queryRows } from '../../models/database.ts';
import { movePortal } from '../../sync/load/former-mappings.ts';
import { credentialsUnreadable } from '../connection/connection-errors.ts';
import { accessPlace, refreshPlace } from '../connection/secret-places.ts';
import { type InstallationState, portalTaken, statesBefore } from './installation-states.ts';
import { type InstallationStep, makeInstallationSteps, type StepState } from './installation-steps.ts';
import { makeServiceChain } from './service-chain.ts';
import { normalHost } from './verify-portal.ts';

/** The app in one portal. Holds no secret. */
export interface Installation {
  id: number;
  memberId: string;
  tenantId: number | null;
  clientId: string;
  state: InstallationState;
  /** `host[:port]`. */
  host: string;
  oauthUrl: string;
  userId: number | null;
  /** Whose tokens the app works with: those of who installed it, or of the user that the portal made for it. */
  serviceUser: 'administrator' | 'system';
  /** Changes with every new pair of tokens. */
  tokenVersion: number;
  scope: string[];
  license: string | null;
  applicationTokenDigest: string | null;
  /** The proved token of the page that installed, an administrator's. */
  installer: { tokenDigest: string; userId: number; at: string } | null;
  offline: 'none' | 'plain' | 'extended';
  steps: Partial<Record<InstallationStep, StepState>>;
  boundAt: Date | null;
  refreshedAt: Date;
}

/** What a proved installing request says. */
export interface ProvedInstallation {
  memberId: string;
  clientId: string;
  host: string;
  oauthUrl: string;
  userId: number | null;
  scope: string[];
  license: string;
  tokens: TokenPair;
  /** Null when the request brought none: the stored one stays. */
  applicationToken: string | null;
  /** The token of the page that installs, as it was proved; null when no page does. */
  installerToken: string | null;
}

export type Installations = ReturnType<typeof makeInstallations>;

/** The one place that reads and writes `bitrix24_installations`. Tokens are encrypted, each bound to its column and portal. */
export function makeInstallations({ db, secrets, clock }: { db: Database; secrets: Secrets; clock: Clock }) {
  async function findBy(condition: string, bind: Record<string, unknown>, transaction?: Transaction) {
    const [row] = await queryRows<Installation>(db, `${columns} where ${condition}`, bind, transaction);
    return row ?? null;
  }

  /** What the row holds of a proved installation; tokens encrypted, proofs as digests. */
  function bindsOf({ tokens, applicationToken, installerToken, ...proved }: ProvedInstallation) {
    const { memberId, userId } = proved;
    const installer = installerToken && { tokenDigest: secrets.digest(installerToken), userId, at: clock.now() };
    return {
      ...{ memberId, userId, clientId: proved.clientId, host: proved.host, oauthUrl: proved.oauthUrl },
      ...{ scope: proved.scope, license: proved.license },
      access: secrets.encrypt(tokens.accessToken, accessPlace(memberId)),
      refresh: secrets.encrypt(tokens.refreshToken, refreshPlace(memberId)),
      digest: applicationToken && secrets.digest(applicationToken),
      installer: installer && JSON.stringify(installer),
    };
  }

  return {
    ...makeInstallationSteps({ db, clock }),
    ...makeServiceChain({ db, secrets }),

    findByMember: (memberId: string, transaction?: Transaction) =>
      findBy('member_id = $memberId', { memberId }, transaction),

    /** The host of a portal that has our app, by how a request writes it; null when none has. */
    async findKnownHost(host: string): Promise<string | null> {
      const [row] = await queryRows<{ host: string }>(
        db,
        `select portal_host as host from bitrix24_installations
          where state <> 'uninstalled' and lower(portal_host) in ($host, $host || ':443', $host || ':80') limit 1`,
        { host: normalHost(host) },
      );
      return row?.host ?? null;
    },

    /** The installation that connects the company, working or not; null when it has none. */
    findByTenant: (tenantId: number, transaction?: Transaction) =>
      findBy(`tenant_id = $tenantId and state in ('active', 'suspended')`, { tenantId }, transaction),

    /** Installations that wait for the company that owns this application. */
    findPending: (clientId: string) => findBy(`client_id = $clientId and state = 'pending'`, { clientId }),

    /**
     * Stores an installation by its portal's permanent id; a later one replaces the tokens of an earlier one. Throws
     * `portal_belongs_to_another_company` when a working installation belongs to another company. Repeat-safe.
     */
    async store(
      proved: ProvedInstallation,
      { tenantId, state }: { tenantId: number | null; state: 'pending' | 'active' },
      transaction: Transaction,
    ): Promise<Installation> {
      try {
        await queryRows(
          db,
          `insert into bitrix24_installations as i (member_id, tenant_id, client_id, state, portal_host, oauth_url, access_token,
                  refresh_token, token_user_id, application_token_digest, installer,
                  scope, license)
           values ($memberId, $tenantId, $clientId, $state, $host, $oauthUrl, $access, $refresh, $userId, $digest,
                   $installer::jsonb, $scope, $license)
           on conflict (member_id) do update
              set tenant_id = excluded.tenant_id, client_id = excluded.client_id, state = excluded.state,
                  portal_host = excluded.portal_host, oauth_url = excluded.oauth_url, access_token = excluded.access_token,
                  refresh_token = excluded.refresh_token, token_version = i.token_version + 1, refreshing_until = null,
                  refreshed_at = now(), token_user_id = excluded.token_user_id, scope = excluded.scope,
                  service_user = 'administrator', service_since = null, ${noSpare},
                  license = excluded.license, updated_at = now(),
                  -- a page that has waited for the company's secret stays the one that installed
                  installer = coalesce(excluded.installer, case when i.client_id = excluded.client_id then i.installer end),
                  application_token_digest = coalesce(excluded.application_token_digest,
                    -- another application's token proves nothing
                    case when i.client_id = excluded.client_id then i.application_token_digest end)`,
          { ...bindsOf(proved), tenantId, state },
          transaction,
        );
      } catch (error) {
        if (error instanceof UniqueConstraintError) throw portalTaken();
        throw error;
      }
      const stored = await findBy('member_id = $memberId', { memberId: proved.memberId }, transaction);
      if (!stored) throw new Error('The installation was not stored');
      return stored;
    },

    /** Moves to a state if that is allowed from where it is; returns whether it did. */
    async moveTo(id: number, state: InstallationState, transaction?: Transaction): Promise<boolean> {
      const moved = await queryRows(
        db,
        `update bitrix24_installations set state = $state::text, updated_at = now(),
                access_token = case when $state::text = 'uninstalled' then null else access_token end,
                refresh_token = case when $state::text = 'uninstalled' then null else refresh_token end,
                application_token_digest = case when $state::text = 'uninstalled' then null else application_token_digest end,
                installer = case when $state::text = 'uninstalled' then null else installer end,
                spare_access_token = case when $state::text = 'uninstalled' then null else spare_access_token end,
                spare_refresh_token = case when $state::text = 'uninstalled' then null else spare_refresh_token end,
                offline = case when $state::text = 'uninstalled' then 'none' else offline end,
                steps = case when $state::text = 'uninstalled' then '{}' else steps end
          where id = $id and state = any($before) returning id`,
        { id, state, before: statesBefore(state) },
        transaction,
      );
      return moved.length > 0;
    },

    /** The tokens as they stand; null when the chain is gone. */
    async readTokens(id: number): Promise<(TokenPair & { version: number }) | null> {
      const [row] = await queryRows<{ member: string; access: string | null; refresh: string | null; version: number }>(
        db,
        `select member_id as member, access_token as access, refresh_token as refresh, token_version as version
           from bitrix24_installations where id = $id`,
        { id },
      );
      if (!row?.access || !row.refresh) return null;
      try {
        return {
          accessToken: secrets.decrypt(row.access, accessPlace(row.member)),
          refreshToken: secrets.decrypt(row.refresh, refreshPlace(row.member)),
          version: row.version,
        };
      } catch (cause) {
        throw credentialsUnreadable(cause);
      }
    },

    /** Takes the right to refresh the pair of this version for a while; false when somebody else has it or the pair is newer. */
    async claimRefresh(id: number, version: number, seconds: number): Promise<boolean> {
      const claimed = await queryRows(
        db,
        `update bitrix24_installations set refreshing_until = clock_timestamp() + make_interval(secs => $seconds)
          where id = $id and token_version = $version
            and (refreshing_until is null or refreshing_until < clock_timestamp()) returning id`,
        { id, version, seconds },
      );
      return claimed.length > 0;
    },

    async releaseRefresh(id: number, version: number): Promise<void> {
      await queryRows(
        db,
        'update bitrix24_installations set refreshing_until = null where id = $id and token_version = $version',
        { id, version },
      );
    },

    /** Stores a pair that followed the one of this version; false when a newer one is there already. */
    async storeTokens(
      { id, memberId }: Pick<Installation, 'id' | 'memberId'>,
      version: number,
      tokens: TokenPair,
    ): Promise<boolean> {
      const stored = await queryRows(
        db,
        `update bitrix24_installations
            set access_token = $access, refresh_token = $refresh, token_version = token_version + 1, refreshing_until = null,
                refreshed_at = now(), updated_at = now()
          where id = $id and token_version = $version and state <> 'uninstalled' returning id`,
        {
          id,
          version,
          access: secrets.encrypt(tokens.accessToken, accessPlace(memberId)),
          refresh: secrets.encrypt(tokens.refreshToken, refreshPlace(memberId)),
        },
      );
      return stored.length > 0;
    },

    /** Learns the secret that the portal's events prove themselves with. */
    async learnApplicationToken(id: number, token: string): Promise<void> {
      const digest = secrets.digest(token);
      await queryRows(
        db,
        'update bitrix24_installations set application_token_digest = $digest, updated_at = now() where id = $id',
        { id, digest },
      );
    },

    /** The portal has a new address; its connection learns it too. */
    async storeHost(id: number, host: string): Promise<void> {
      const [before] = await queryRows<{ tenantId: number | null; host: string }>(
        db,
        'select tenant_id as "tenantId", portal_host as host from bitrix24_installations where id = $id',
        { id },
      );
      await queryRows(
        db,
        `with moved as (
           update bitrix24_installations set portal_host = $host, updated_at = now() where id = $id returning tenant_id)
         update bitrix24_connections c set portal_host = $host, updated_at = now()
           from moved where c.tenant_id = moved.tenant_id and c.kind = 'installation'`,
        { id, host },
      );
      if (before?.tenantId) await movePortal(db, before.tenantId, { from: before.host, to: host });
    },

    /** The portal's subscriptions are in order. */
    async noteBound(id: number): Promise<void> {
      await queryRows(db, 'update bitrix24_installations set bound_at = now() where id = $id', { id });
    },

    /** Which queue the portal keeps for us. */
    async noteOffline(id: number, offline: Installation['offline']): Promise<void> {
      await queryRows(db, 'update bitrix24_installations set offline = $offline where id = $id', { id, offline });
    },

    /** Companies whose app works in their portal; with `offline`, only where the portal keeps a queue for us. */
    async listActiveTenants({ offline }: { offline: boolean }): Promise<number[]> {
      const rows = await queryRows<{ id: number }>(
        db,
        `select tenant_id as id from bitrix24_installations
          where state = 'active' and tenant_id is not null and (not $offline or offline <> 'none') order by id`,
        { offline },
      );
      return rows.map((row) => row.id);
    },

    /** Forgets proved portals that no company claimed for a month. */
    async purgePending(): Promise<void> {
      await queryRows(
        db,
        `delete from bitrix24_installations where state = 'pending' and updated_at < now() - interval '30 days'`,
      );
    },
  };
}

const noSpare = 'spare_access_token = null, spare_refresh_token = null, spare_user_id = null, spare_user = null';

const columns = `
  select id, member_id as "memberId", tenant_id as "tenantId", client_id as "clientId", state, portal_host as host,
         oauth_url as "oauthUrl", token_user_id as "userId", token_version as "tokenVersion", scope, license,
         application_token_digest as "applicationTokenDigest", service_user as "serviceUser",
         installer, offline, steps,
         bound_at as "boundAt", refreshed_at as "refreshedAt"
    from bitrix24_installations`;
