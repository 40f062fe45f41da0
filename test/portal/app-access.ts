import { type AppList, userRefusal } from './apps.ts';
import type { OAuthServer } from './oauth-server.ts';
import type { PortalSwitches } from './switches.ts';
import { isTokenShaped } from './tokens.ts';
import { type Caller, RestError } from './types.ts';
import type { Users } from './users.ts';

export interface AppAccessDeps {
  oauth: OAuthServer;
  apps: AppList;
  users: Users;
  switches: PortalSwitches;
  memberId: string;
}

/** Who calls with this access token; throws as `_includes/system-errors.md` (2026-08) lists it. */
export function authenticateToken(deps: AppAccessDeps, token: string): Caller {
  const { oauth, apps, users, switches, memberId } = deps;
  const pair = oauth.tokens.byAccess(token);
  if (pair?.memberId !== memberId) {
    if (isTokenShaped(token)) throw new RestError(401, 'invalid_token', 'Unable to get application by token');
    throw new RestError(401, 'NO_AUTH_FOUND', 'Wrong authorization data');
  }
  if (pair.dead === 'uninstalled') throw new RestError(401, 'ERROR_OAUTH', 'Application not installed');
  if (pair.dead === 'refreshed' && switches.refreshedAccess === 'invalid_token') {
    throw new RestError(401, 'invalid_token', 'Unable to get application by token');
  }
  if (pair.dead || oauth.tokens.isExpired(pair)) {
    throw new RestError(401, 'expired_token', 'The access token provided has expired.');
  }
  const app = apps.byClient(pair.clientId);
  if (!app) throw new RestError(401, 'APPLICATION_NOT_FOUND', 'Application not found');
  const { userId } = pair;
  users.authorize(userId);
  const refusal = userRefusal(app, userId);
  if (refusal) throw refusal;
  const credential = `app:${app.clientId}`;
  return { credential, userId, isAdmin: users.isAdmin(userId), scopes: app.scopes, app };
}
