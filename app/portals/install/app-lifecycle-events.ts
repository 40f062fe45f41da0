import { z } from 'zod';
import type { OAuth, TokenInfo } from '../../bitrix24/oauth.ts';
import type { RateLimits } from '../../http/rate-limits.ts';
import type { Clock } from '../../lib/clock.ts';
import { AppError } from '../../lib/errors.ts';
import type { Log } from '../../lib/log.ts';
import type { Database } from '../../models/database.ts';
import { retryingTransaction } from '../../models/retrying-transaction.ts';
import type { Connections } from '../connection/connections.ts';
import { stopRuns } from '../connection/forget-portal-data.ts';
import { admitInstall } from './admit-install.ts';
import { erasePortal } from './erase-portal.ts';
import type { Install } from './install.ts';
import type { Installation, Installations } from './installations.ts';
import { forgetPeople } from './people.ts';
import { provePortal } from './verify-portal.ts';

const text = z.string().min(1).max(500);

/** Tokens and identity as an event of the application's life carries them (common/events/on-app-install.md, 2026-09). */
const eventAuth = z.object({
  member_id: z.string().regex(/^[\w-]{1,64}$/),
  access_token: text,
  refresh_token: text.optional(),
  client_endpoint: z.url({ protocol: /^https$/ }).optional(),
  server_endpoint: text.optional(),
  application_token: text,
  user_id: z.coerce.number().int().positive().optional(),
  scope: z.string().max(2000).optional(),
});

/** Tokens of the system user as `ONAPPUSERREADY` carries them in its data (common/events/on-app-user-ready.md, 2026-09). */
const systemUser = z.object({
  access_token: text,
  refresh_token: text,
  user_id: z.coerce.number().int().positive().optional(),
});

/** How long a refresh of the present pair is waited for. */
const leaseTries = 100;
const leasePollMs = 300;

export interface AppLifecycleDeps {
  db: Database;
  installations: Installations;
  connections: Connections;
  install: Install;
  oauth: OAuth;
  /** Releases every event and tab in the portal. */
  release(installation: Installation): Promise<void>;
  /** Whether the token's user administers its portal. Throws `Bitrix24Error`. */
  isAdmin(info: TokenInfo, accessToken: string): Promise<boolean>;
  rates: RateLimits;
  wakeBinding(tenantId: number): Promise<void>;
  wakeReconcile(tenantId: number): Promise<void>;
  clock: Clock;
  log: Log;
}

export type AppLifecycleEvents = ReturnType<typeof makeAppLifecycleEvents>;

/** Makes what the events of the application's own life do. Repeat-safe. */
export function makeAppLifecycleEvents(deps: AppLifecycleDeps) {
  const { db, installations, connections, oauth, log } = deps;

  async function remove(installation: Installation, erase: boolean): Promise<void> {
    const { tenantId, host } = installation;
    await retryingTransaction(db, async (transaction) => {
      if (!(await installations.moveTo(installation.id, 'uninstalled', transaction))) return;
      if (tenantId === null) return;
      if (erase) await forgetPeople(db, { tenantId, memberId: installation.memberId }, transaction);
      await connections.removeInstallation(tenantId, transaction);
      const webhook = await connections.find(tenantId, transaction);
      // A webhook takes over, but not one of another portal: all that is linked would be taken for deleted.
      const takesOver = webhook?.portal === host;
      if (webhook && !takesOver) await connections.removeWebhook(tenantId, transaction);
      if (!takesOver) await stopRuns(db, tenantId, transaction);
      if (erase && !takesOver) await erasePortal(db, { id: installation.id, tenantId, host }, transaction);
    });
    const line = { tenant_id: tenantId, operation: 'uninstall', portal: host, erase, result: 'ok' };
    log.info(line, 'Приложение удалено с портала');
    if (tenantId !== null) await deps.wakeReconcile(tenantId);
  }

  /**
   * The portal has made a user for the application, who is never dismissed: he works for it from now on. His tokens are proved as an
   * installing administrator's are; an employee knows the application token too, and must not put himself there.
   */
  async function takeSystemUser(installation: Installation, data: unknown): Promise<void> {
    const line = { tenant_id: installation.tenantId, operation: 'system_user', portal: installation.host };
    const parsed = systemUser.safeParse(data);
    if (!parsed.success) return log.warn({ ...line, result: 'error' }, 'Событие о системном пользователе без токенов');
    const tokens = { accessToken: parsed.data.access_token, refreshToken: parsed.data.refresh_token };
    const present = await installations.readTokens(installation.id);
    // The event is delivered to every address that is bound to it.
    if (present?.accessToken === tokens.accessToken) return;
    await deps.rates.take('installByPortal', installation.memberId);
    const info = await provePortal(oauth, {
      ...{ memberId: installation.memberId, host: null, clientId: installation.clientId },
      ...{ accessToken: tokens.accessToken, server: `${installation.oauthUrl}/`, userId: parsed.data.user_id },
    });
    if (!(await deps.isAdmin(info, tokens.accessToken))) {
      return log.warn({ ...line, result: 'error' }, 'Системный пользователь портала не администратор: токены не взяты');
    }
    for (let tries = 0; tries < leaseTries; tries += 1) {
      if (await installations.storeSystemUser(installation, { userId: info.userId, tokens })) {
        return log.info({ ...line, result: 'ok' }, 'Приложение работает от системного пользователя портала');
      }
      await deps.clock.sleep(leasePollMs);
    }
  }

  return {
    /**
     * `ONAPPINSTALL`, wherever it arrives: proved by its access token, never by itself. One without tokens proves nothing and is refused
     * (`portal_token_refused`). Counted by the sender's `address` and by portal.
     */
    async installByEvent(auth: unknown, address: string): Promise<void> {
      const parsed = eventAuth.safeParse(auth);
      if (!parsed.success || !parsed.data.refresh_token) throw unproved();
      const { data } = parsed;
      await admitInstall(deps.rates, { address, memberId: data.member_id });
      await deps.install.install({
        memberId: data.member_id,
        host: data.client_endpoint ? new URL(data.client_endpoint).host : null,
        accessToken: data.access_token,
        refreshToken: data.refresh_token ?? '',
        server: data.server_endpoint,
        userId: data.user_id,
        applicationToken: data.application_token,
        scope: (data.scope ?? '').split(/[\s,]+/).filter(Boolean),
      });
    },

    /**
     * Learns the application token from an event that carries a token of an administrator: some portals give it by no other way, and an
     * update of the app may change it. Every employee who opens the app has a token of his own, and a sender who chooses the application token
     * could remove the app. Returns false when the event proves nothing. Counted as an installation is.
     */
    async learnToken(installation: Installation, auth: unknown, address: string): Promise<boolean> {
      const parsed = eventAuth.safeParse(auth);
      if (!parsed.success) return false;
      await admitInstall(deps.rates, { address, memberId: installation.memberId });
      try {
        const info = await provePortal(oauth, {
          memberId: installation.memberId,
          host: null,
          accessToken: parsed.data.access_token,
          server: `${installation.oauthUrl}/`,
          clientId: installation.clientId,
        });
        if (!(await deps.isAdmin(info, parsed.data.access_token))) return false;
      } catch (error) {
        if (error instanceof AppError && error.code === 'portal_token_refused') return false;
        throw error;
      }
      await installations.learnApplicationToken(installation.id, parsed.data.application_token);
      return true;
    },

    /** An event of a proved portal that speaks of the application, not of a record. `clean`: the settings were to be erased too. */
    async handleAppEvent(event: string, installation: Installation, data: unknown): Promise<void> {
      if (event === 'ONAPPUNINSTALL') {
        const clean = String((data as { CLEAN?: unknown } | undefined)?.CLEAN ?? '0');
        await remove(installation, clean === '1' || clean === 'Y');
      } else if (installation.tenantId !== null) {
        if (event === 'ONAPPUSERREADY') await takeSystemUser(installation, data);
        // An update may have dropped handlers; a payment may have brought the plan back.
        await deps.wakeBinding(installation.tenantId);
      }
    },

    /** The company lets the portal go: as if the app had been removed there, except that the portal still shows it. */
    async disconnect(installation: Installation): Promise<void> {
      // The portal need not be told; otherwise it would call for nothing.
      await deps.release(installation).catch((error: unknown) => {
        log.warn({ tenant_id: installation.tenantId, operation: 'release', err: error }, 'Подписки портала не сняты');
      });
      await remove(installation, false);
    },
  };
}

function unproved(): AppError {
  return new AppError({
    code: 'portal_token_refused',
    status: 403,
    text: {
      ru: 'Событие установки не содержит токенов, его нечем подтвердить. Откройте приложение из меню портала',
      en: 'The installation event carries no tokens, nothing proves it. Open the application from the portal menu',
    },
  });
}
