import { hkdfSync, randomUUID } from 'node:crypto';
import jsonwebtoken from 'jsonwebtoken';
import type { Role } from './route.ts';

export interface TokenClaims {
  tenantId: number;
  role: Role;
  subject: string;
  /** The installation whose page the token was given to: it ends with it. */
  installation?: number;
  /** The page's visitor administers the portal. */
  administrator?: boolean;
}

/** Who mints a token and for whom, where the server asks for it (JWT_ISSUER, JWT_AUDIENCE). */
export interface TokenParties {
  issuer?: string | undefined;
  audience?: string | undefined;
}

/** Mints an HS256 token that the REST interface accepts; `hours` is its lifetime. */
export function mintToken(secret: string, claims: TokenClaims, hours: number, parties: TokenParties = {}): string {
  const { tenantId, role, subject, installation, administrator } = claims;
  const expiresIn = Math.round(hours * 3600);
  const ofPage = { ...(installation !== undefined && { installation }), ...(administrator && { administrator }) };
  const payload = { tenant_id: tenantId, role, ...ofPage };
  const { issuer, audience } = parties;
  return jsonwebtoken.sign(payload, secret, {
    ...{ algorithm: 'HS256', subject, expiresIn },
    ...(issuer !== undefined && { issuer }),
    ...(audience !== undefined && { audience }),
  });
}

/** The secret of the pages' own sessions where the callers' tokens are somebody else's (JWT_JWKS_URL): derived, so that it is never stored. */
export function sessionSecretFrom(key: Buffer): string {
  return Buffer.from(hkdfSync('sha256', key, 'axenta-bitrix24', 'page sessions', 32)).toString('base64');
}

const authorizationMinutes = 10;
const startAudience = 'oauth-start';
const stateAudience = 'oauth-state';

/** Which company is to be connected with which portal, by an authorization in a browser. */
export interface AuthorizationStart {
  tenantId: number;
  /** `host[:port]`. */
  portal: string;
}

/** What goes to the portal and comes back with its answer. */
export interface AuthorizationState {
  tenantId: number;
  /** A digest of what the browser that went there keeps. */
  browser: string;
}

export interface ReturnedState extends AuthorizationState {
  /** A UUID of its own. */
  id: string;
  expiresAt: Date;
}

/** Signs the start of an authorization for ten minutes. */
export function signStart(secret: string, { tenantId, portal }: AuthorizationStart): string {
  return signFor(secret, startAudience, { tenant: tenantId, portal });
}

/** The start that `signStart` signed, or null when it is forged, somebody else's, or too old. */
export function readStart(secret: string, text: string): AuthorizationStart | null {
  const { tenant, portal } = readFor(secret, startAudience, text);
  return typeof tenant === 'number' && typeof portal === 'string' ? { tenantId: tenant, portal } : null;
}

/** Signs what has to come back with the portal's answer, for ten minutes. */
export function signState(secret: string, { tenantId, browser }: AuthorizationState): string {
  return signFor(secret, stateAudience, { tenant: tenantId, browser, jti: randomUUID() });
}

/** The state that `signState` signed, or null when it is forged, somebody else's, or too old. */
export function readState(secret: string, text: string): ReturnedState | null {
  const { tenant, browser, jti, exp } = readFor(secret, stateAudience, text);
  if (typeof tenant !== 'number' || typeof browser !== 'string' || jti === undefined || exp === undefined) return null;
  return { tenantId: tenant, browser, id: jti, expiresAt: new Date(exp * 1000) };
}

function signFor(secret: string, audience: string, payload: object): string {
  return jsonwebtoken.sign(payload, secret, { algorithm: 'HS256', audience, expiresIn: authorizationMinutes * 60 });
}

function readFor(secret: string, audience: string, text: string): jsonwebtoken.JwtPayload {
  try {
    const payload = jsonwebtoken.verify(text, secret, { algorithms: ['HS256'], audience });
    return typeof payload === 'string' ? {} : payload;
  } catch {
    return {};
  }
}
