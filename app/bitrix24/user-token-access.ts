import type { InstallationAccess } from './access.ts';
import { portalMoved, tokenRefused } from './error-table.ts';

/** The way to a portal with a token of somebody who is there just now: there is nothing to renew it with. */
export function accessWithToken(portal: { host: string; memberId: string }, accessToken: string): InstallationAccess {
  return {
    kind: 'installation',
    host: portal.host,
    memberId: portal.memberId,
    accessToken,
    renew: () => Promise.reject(tokenRefused()),
    moved: (host) => Promise.reject(portalMoved(true, host)),
  };
}
