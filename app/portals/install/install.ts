import { Bitrix24Error } from '../../bitrix24/errors.ts';
import type { GrantedTokens, OAuth, TokenInfo, TokenPair } from '../../bitrix24/oauth.ts';
import { AppError } from '../../lib/errors.ts';
import type { Log } from '../../lib/log.ts';
import type { Applications, Claim } from '../connection/app-credentials.ts';
import { applicationRefused, secretRefused } from '../connection/connection-errors.ts';
import type { NewOwner, TakeOver } from './claim-portal.ts';
import type { Installation, Installations, ProvedInstallation } from './installations.ts';
import { type PortalClaim, provePortal } from './verify-portal.ts';

/** An installing request, from the frame, from `ONAPPINSTALL`, or from the browser's authorization. */
export interface InstallRequest extends PortalClaim {
  refreshToken: string;
  applicationToken: string | null;
  /** Permissions as the request lists them; those of the authorization server go before. */
  scope?: string[];
}

export interface InstallDeps {
  installations: Installations;
  applications: Applications;
  oauth: OAuth;
  store: TakeOver;
  /** Whether the token's user administers its portal. Throws `Bitrix24Error`. */
  isAdmin(info: TokenInfo, accessToken: string): Promise<boolean>;
  /** Whether the stored chain of a working installation still works. */
  isAlive(installation: Installation): Promise<boolean>;
  /** Brings the subscriptions in order soon, in a worker. */
  wakeBinding(tenantId: number): Promise<void>;
  log: Log;
}

export type Install = ReturnType<typeof makeInstall>;

/**
 * Makes the installation of the app in a portal. Nothing in the request is believed before the authorization server has confirmed it;
 * a refused request stores nothing. Installing twice, reloading the page and reinstalling end in the same state. Throws AppError
 * (`portal_token_refused`, `portal_admin_required`, `portal_belongs_to_another_company`, `application_unclaimed`, `portal_changed`,
 * `client_refused`) or `Bitrix24Error`.
 */
export function makeInstall(deps: InstallDeps) {
  const { installations, applications, oauth, store, log } = deps;

  async function install(request: InstallRequest): Promise<Installation> {
    const info = await provePortal(oauth, request);
    if (!(await deps.isAdmin(info, request.accessToken))) throw adminRequired();
    const existing = await installations.findByMember(info.memberId);
    if (
      existing &&
      existing.clientId === info.clientId &&
      existing.state === 'active' &&
      (await deps.isAlive(existing))
    ) {
      return renew(existing, info, request);
    }
    const proved = provedBy(info, request);
    // A company that joined later, by a link code, stays the portal's owner.
    if (applications.isMarketplace(info.clientId)) {
      return activate(proved, existing?.tenantId ? { tenantId: existing.tenantId } : { companyName: proved.host });
    }
    const owner = await findOwner(info, request.refreshToken);
    // The company that has the portal keeps it, suspended: its administrators can enter the right secret on the application's own pages.
    if (!owner && existing?.tenantId && isConnected(existing) && existing.clientId === info.clientId) {
      throw secretRefused(info.clientId);
    }
    if (!owner) return keepPending(proved);
    const own = { ...proved, tokens: owner.tokens, userId: owner.tokens.userId ?? proved.userId };
    return activate(own, { tenantId: owner.claim.tenantId });
  }

  /** The chain that works stays: the pair of the user who opened the page never replaces it. */
  async function renew(existing: Installation, info: TokenInfo, request: InstallRequest): Promise<Installation> {
    if (request.applicationToken) await installations.learnApplicationToken(existing.id, request.applicationToken);
    if (existing.host !== info.host) await installations.storeHost(existing.id, info.host);
    // "Reinstall" has dropped the subscriptions.
    if (existing.tenantId !== null) await deps.wakeBinding(existing.tenantId);
    return (await installations.findByMember(info.memberId)) ?? existing;
  }

  async function activate(proved: ProvedInstallation, owner: NewOwner): Promise<Installation> {
    const installation = await store.takeOver(proved, owner);
    const line = { tenant_id: installation.tenantId, operation: 'install', portal: proved.host, result: 'ok' };
    log.info(line, 'Приложение установлено на портал');
    return installation;
  }

  /** Several companies may say that an application is theirs: only the one that knows its secret is believed. */
  async function findOwner(
    info: TokenInfo,
    refreshToken: string,
  ): Promise<{ claim: Claim; tokens: GrantedTokens } | null> {
    for (const claim of await applications.claimsOf(info.clientId)) {
      try {
        const tokens = await oauth.refresh(info.oauthUrl, claim.keys, refreshToken);
        if (tokens.memberId === info.memberId) return { claim, tokens };
      } catch (error) {
        if (error instanceof Bitrix24Error && error.code === 'client_refused') continue;
        throw error;
      }
    }
    return null;
  }

  /** The portal called before its administrator could copy the application's secret to us. */
  async function keepPending(proved: ProvedInstallation): Promise<Installation> {
    const installation = await store.keepPending(proved);
    const line = { operation: 'install', portal: proved.host, result: 'pending' };
    log.info(line, 'Установка ждёт client_id и client_secret компании');
    return installation;
  }

  return {
    install,

    /**
     * The company's administrator enters an application's secret: an installation that waits for it can become the company's. Null when
     * none waits. Throws `client_refused` when the secret is wrong, `portal_changed`; then nothing has changed.
     */
    async findPending(
      claim: Claim,
      options: { replacePortal: boolean },
    ): Promise<{ activate(): Promise<void> } | null> {
      const pending = await installations.findPending(claim.keys.clientId);
      const pair = pending && (await installations.readTokens(pending.id));
      if (!pending || !pair) return null;
      const tokens = await refreshPending(pending, pair, claim);
      if (!tokens) return null;
      const proved = {
        ...pending,
        tokens,
        license: pending.license ?? '',
        applicationToken: null,
        installerToken: null,
      };
      const owner = { tenantId: claim.tenantId, ...options };
      await store.check(proved, owner);
      return { activate: async () => void (await activate(proved, owner)) };
    },
  };

  async function refreshPending(
    pending: Installation,
    pair: TokenPair & { version: number },
    claim: Claim,
  ): Promise<TokenPair | null> {
    try {
      const tokens = await oauth.refresh(pending.oauthUrl, claim.keys, pair.refreshToken);
      if (tokens.memberId !== pending.memberId) return null;
      // The pair that was used is dead, whatever comes next.
      await installations.storeTokens(pending, pair.version, tokens);
      return tokens;
    } catch (error) {
      if (!(error instanceof Bitrix24Error)) throw error;
      // Waited too long: the administrator has to press "Reinstall".
      if (error.code === 'token_chain_dead') return null;
      throw error.code === 'client_refused' ? applicationRefused(error) : error;
    }
  }
}

function isConnected({ state }: Installation): boolean {
  return state === 'active' || state === 'suspended';
}

function provedBy(info: TokenInfo, request: InstallRequest): ProvedInstallation {
  return {
    memberId: info.memberId,
    clientId: info.clientId,
    host: info.host,
    oauthUrl: info.oauthUrl,
    userId: info.userId,
    scope: info.scope.length > 0 ? info.scope : (request.scope ?? []),
    license: info.status,
    tokens: { accessToken: request.accessToken, refreshToken: request.refreshToken },
    applicationToken: request.applicationToken,
    installerToken: request.accessToken,
  };
}

function adminRequired(): AppError {
  return new AppError({
    code: 'portal_admin_required',
    status: 403,
    text: {
      ru: 'Установить приложение может только администратор портала. Попросите его открыть приложение из меню',
      en: "Only the portal's administrator can install the application. Ask them to open it from the menu",
    },
  });
}
