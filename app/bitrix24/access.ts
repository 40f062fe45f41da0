/** How a portal is reached. The transport knows no more of a connection than this. */
export type PortalAccess = WebhookAccess | InstallationAccess;

export interface WebhookAccess {
  kind: 'webhook';
  /** The whole URL with its secret. */
  url: string;
  /** `host[:port]`. */
  host: string;
  /** The portal answered that it lives at this host now; returns whether that is confirmed and stored. Absent: it is not looked at. */
  moved?(host: string): Promise<boolean>;
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
  moved(host: string): Promise<boolean>;
}
