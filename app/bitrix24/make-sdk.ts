import type { AsyncLocalStorage } from 'node:async_hooks';
import { type AbstractB24, B24Hook, B24OAuth, EnumAppStatus, type RestrictionParams } from '@bitrix24/b24jssdk';
import type { InstallationAccess, PortalAccess } from './access.ts';

/** Far enough that the SDK never refreshes by the clock: only the portal knows when a token has expired. */
const neverExpires = 4_102_444_800;

/** What the token's renewal needs to know of the call that was refused. */
export interface TokenUse {
  usedToken?: string;
  /** A call renews its token once. */
  renewed?: boolean;
}

/** Makes the SDK's own object for a portal, its limiter and retries off; tokens are kept and renewed by `access` alone. */
export function makeSdk(access: PortalAccess, uses: AsyncLocalStorage<TokenUse>): AbstractB24 {
  const options = { restrictionParams: withoutLimits() };
  if (access.kind === 'webhook') {
    const hook = B24Hook.fromWebhookUrl(access.url.replace(/\/+$/, ''), options);
    hook.offClientSideWarning();
    return hook;
  }
  const app = new B24OAuth(
    {
      applicationToken: '',
      userId: 0,
      memberId: access.memberId,
      accessToken: access.accessToken,
      refreshToken: keptElsewhere,
      expires: neverExpires,
      expiresIn: 3600,
      scope: '',
      domain: access.host,
      // Without the closing slash, which the SDK would double (its version 2.2.0).
      clientEndpoint: `https://${access.host}/rest`,
      serverEndpoint: '',
      status: EnumAppStatus.Local,
    },
    { clientId: '', clientSecret: '' },
    options,
  );
  app.setCustomRefreshAuth(async () => refreshed(access, await renew(access, uses.getStore())));
  app.offClientSideWarning();
  return app;
}

/** The refresh token stays in the database: it is used by one process at a time. */
const keptElsewhere = 'kept-elsewhere';

function renew(access: InstallationAccess, use: TokenUse | undefined): Promise<string> {
  if (use) use.renewed = true;
  return access.renew(use?.usedToken ?? access.accessToken);
}

function refreshed(access: InstallationAccess, accessToken: string) {
  return {
    access_token: accessToken,
    refresh_token: keptElsewhere,
    expires: String(neverExpires),
    expires_in: '3600',
    client_endpoint: `https://${access.host}/rest`,
    server_endpoint: '',
    scope: '',
    status: EnumAppStatus.Local,
    domain: access.host,
    member_id: access.memberId,
  } as never;
}

/** A new object for each client: the SDK changes the one that it is given. */
function withoutLimits(): RestrictionParams {
  return {
    rateLimit: { burstLimit: 1e6, drainRate: 1e6, adaptiveEnabled: false },
    operatingLimit: { windowMs: 600_000, limitMs: 1e12, heavyPercent: 100 },
    adaptiveConfig: { enabled: false, thresholdPercent: 100, coefficient: 0, maxDelay: 0 },
    maxRetries: 1,
    retryOnNetworkError: false,
    hardErrorCodes: ['ECONNRESET', 'ECONNREFUSED', 'EPIPE', 'ETIMEDOUT', 'ENOTFOUND', 'EAI_AGAIN', 'ERR_BAD_RESPONSE'],
  };
}
