import type { OAuthDirectory, RegisteredPortal } from './oauth-directory.ts';
import type { OAuthSwitches } from './oauth-switches.ts';
import type { Params } from './params.ts';
import { type Grant, isTokenShaped, type TokenBook, type TokenPair } from './tokens.ts';
import { RestError } from './types.ts';
import { toWireTime } from './wire-time.ts';

export interface GrantDeps {
  switches: OAuthSwitches;
  tokens: TokenBook;
  directory: OAuthDirectory;
  host(): string;
  now(): number;
}

export interface GrantAnswer {
  status: number;
  body: Record<string, unknown>;
}

/**
 * Answers `/oauth/token/`: a code or a refresh token for a new pair (settings/oauth/index.md and error-codes.md, 2026-08; statuses as
 * the Python SDK's tests met them). Throws RestError.
 */
export function grantTokens(deps: GrantDeps, params: Params): GrantAnswer {
  const { switches, directory } = deps;
  const grantType = required(params, 'grant_type');
  const clientId = required(params, 'client_id');
  const secret = directory.secretOf(clientId);
  if (secret === undefined) {
    throw new RestError(switches.wrongClientStatus, 'wrong_client', 'Client authentication failed');
  }
  if (required(params, 'client_secret') !== secret) throw invalidClient(switches);
  if (grantType === 'authorization_code') {
    const grant = deps.tokens.takeCode(required(params, 'code'));
    if (grant?.clientId !== clientId) throw invalidGrant();
    const portal = checkedPortal(deps, grant, params);
    const answer = toAnswer(deps, portal, deps.tokens.issue(grant));
    if (!switches.fullCodeAnswer) {
      delete answer.body.expires;
      delete answer.body.user_id;
    }
    return answer;
  }
  if (grantType !== 'refresh_token') throw new RestError(400, 'invalid_request', 'Unsupported grant type');
  const pair = deps.tokens.byRefresh(required(params, 'refresh_token'));
  if (pair?.clientId !== clientId) throw invalidGrant();
  const portal = checkedPortal(deps, pair, params);
  return toAnswer(deps, portal, deps.tokens.renew(pair, { killAccess: switches.refreshKillsAccess }));
}

/** Answers `/rest/app.info`: whose a token is, the one trustworthy word about an installation. Throws RestError. */
export function appInfo({ tokens, directory, switches, now }: GrantDeps, params: Params): GrantAnswer {
  const token = String(params.auth ?? '');
  const pair = tokens.byAccess(token);
  if (!pair && isTokenShaped(token)) throw invalidClient(switches);
  if (!pair) throw new RestError(401, 'NO_AUTH_FOUND', 'Wrong authorization data');
  const portal = directory.portal(pair.memberId);
  const app = portal?.app(pair.clientId);
  if (!portal || !app || pair.dead === 'uninstalled') {
    throw new RestError(401, 'NOT_INSTALLED', 'Application not installed');
  }
  if (tokens.isExpired(pair) || pair.dead) {
    throw new RestError(401, 'expired_token', 'The access token provided has expired.');
  }
  const startedAt = now();
  const scope = app.scopes.join(',');
  const { clientId: client_id, memberId: member_id } = pair;
  const install = {
    installed: app.isInstalled,
    version: String(app.version),
    status: app.status,
    scope,
    domain: portal.host(),
    uri: `https://${portal.host()}`,
    client_endpoint: `https://${portal.host()}/rest/`,
    member_id,
    member_type: 'user',
  };
  const expires = toWireTime(pair.expires * 1000, 0);
  const time = {
    ...{ start: startedAt / 1000, finish: now() / 1000, duration: 0, processing: 0 },
    ...{ date_start: toWireTime(startedAt, 0), date_finish: toWireTime(now(), 0) },
  };
  return { status: 200, body: { result: { client_id, scope, expires, install, user_id: String(pair.userId) }, time } };
}

function checkedPortal(deps: GrantDeps, grant: Grant, params: Params): RegisteredPortal {
  const portal = deps.directory.portal(grant.memberId);
  if (!portal || portal.isDeleted()) throw new RestError(404, 'PORTAL_DELETED', 'Portal was deleted');
  const app = portal.app(grant.clientId);
  if (!app) throw new RestError(401, 'NOT_INSTALLED', 'Application not installed');
  const refusal = portal.refusal(grant.clientId, grant.userId);
  if (refusal) throw refusal;
  if (portal.isDismissed(grant.userId) && deps.switches.dismissedUserRefresh === 'invalid_grant') throw invalidGrant();
  const wanted = String(params.scope ?? '')
    .split(/[\s,]+/)
    .filter(Boolean);
  if (wanted.some((scope) => !app.scopes.includes(scope))) {
    throw new RestError(403, 'INVALID_SCOPE', 'Given scope exceeds permissions associated with given grant');
  }
  return portal;
}

function toAnswer({ switches, host }: GrantDeps, portal: RegisteredPortal, pair: TokenPair): GrantAnswer {
  const app = portal.app(pair.clientId);
  const body = {
    access_token: pair.access,
    expires: pair.expires,
    expires_in: switches.accessSeconds,
    scope: switches.tokenScope === 'app' ? 'app' : app?.scopes.join(','),
    domain: host(),
    server_endpoint: `https://${host()}/rest/`,
    status: app?.status,
    client_endpoint: `https://${portal.host()}/rest/`,
    member_id: pair.memberId,
    user_id: pair.userId,
    refresh_token: pair.refresh,
  };
  return { status: 200, body };
}

function required(params: Params, name: string): string {
  const value = params[name];
  if (typeof value === 'string' && value !== '') return value;
  throw new RestError(400, 'invalid_request', `No "${name}" parameter found`);
}

function invalidGrant(): RestError {
  return new RestError(400, 'invalid_grant', 'Invalid grant');
}

function invalidClient(switches: OAuthSwitches): RestError {
  return new RestError(switches.invalidClientStatus, 'invalid_client', 'Invalid client');
}
