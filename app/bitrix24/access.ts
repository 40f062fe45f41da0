import { portalMoved, tokenRefused } from './error-table.ts';

/** How a portal is reached. The transport knows no more of a connection than this. */
export type PortalAccess = WebhookAccess | InstallationAccess;

export interface WebhookAccess {
  kind: 'webhook';
  /** The whole URL with its secret. */
  url: string;
  /** `host[:port]`. */
  host: string;
}

export interface InstallationAccess {
  kind: 'installation';
  host: string;
  memberId: string;
  /** The token to begin with; another process may have renewed it meanwhile. */
  accessToken: string;
  /**
   * Gives a token that is not the one that the portal just refused: the stored one when it is newer, else a fresh one. Throws
   * `Bitrix24Error` when the chain of tokens is dead.
   */
  renew(usedToken: string): Promise<string>;
  /** The portal answered that it lives at this host now; nothing is sent there before it is confirmed. */
  moved(host: string): Promise<void>;
}

/** The way to a portal with a token of somebody who is there just now: there is nothing to renew it with. */
export function accessWithToken(portal: { host: string; memberId: string }, accessToken: string): InstallationAccess {
  return {
    kind: 'installation',
    host: portal.host,
    memberId: portal.memberId,
    accessToken,
    renew: () => Promise.reject(tokenRefused()),
    moved: (host) => Promise.reject(portalMoved('installation', host)),
  };
}
