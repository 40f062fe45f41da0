import type { OAuth, TokenInfo } from '../../bitrix24/oauth.ts';
import { AppError } from '../../lib/errors.ts';

/** What an installing or opening request says of itself: unverified claims. */
export interface PortalClaim {
  memberId: string;
  /** `host[:port]`; null when the request did not name it. */
  host: string | null;
  accessToken: string;
  /** The OAuth host that it names: only used to choose among the pinned ones. */
  server?: string | undefined;
  /** Absent when the sender did not say whose token it is. */
  userId?: number | undefined;
  clientId?: string | undefined;
}

/**
 * Shows the token to the authorization server and compares what that says with the claim: the portal's id, its host, the user, the
 * application. A valid token of another portal, application or user proves nothing. Throws AppError `portal_token_refused` (403), or
 * `Bitrix24Error` when no server answers.
 */
export async function provePortal(oauth: Pick<OAuth, 'appInfo'>, claim: PortalClaim): Promise<TokenInfo> {
  const info = await oauth.appInfo(claim.accessToken, claim.server);
  if (!info) throw refused('token');
  if (info.memberId !== claim.memberId) throw refused('member_id');
  if (claim.host !== null && normalHost(info.host) !== normalHost(claim.host)) throw refused('domain');
  if (claim.userId !== undefined && info.userId !== null && info.userId !== claim.userId) throw refused('user_id');
  if (claim.clientId !== undefined && info.clientId !== claim.clientId) throw refused('client_id');
  return info;
}

/** Hosts as portals write them: in any case, with or without the usual ports. */
export function normalHost(host: string): string {
  return host.toLowerCase().replace(/:(80|443)$/, '');
}

function refused(what: string): AppError {
  return new AppError({
    code: 'portal_token_refused',
    status: 403,
    text: {
      ru: `Битрикс24 не подтвердил, что запрос пришёл с этого портала (${what}). Откройте приложение из меню портала ещё раз`,
      en: `Bitrix24 did not confirm that the request comes from this portal (${what}). Open the application from the portal's menu again`,
    },
    details: { what },
  });
}
