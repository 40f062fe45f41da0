import { hkdfSync } from 'node:crypto';
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

const stateAudience = 'oauth-state';
const stateMinutes = 10;

/** Signs the company that starts an authorization in the browser; it comes back with the portal's answer. */
export function signState(secret: string, tenantId: number): string {
  return jsonwebtoken.sign({ tenant: tenantId }, secret, {
    algorithm: 'HS256',
    audience: stateAudience,
    expiresIn: stateMinutes * 60,
  });
}

/** The company of a state that `signState` made, or null when it is forged, somebody else's, or too old. */
export function readState(secret: string, state: string): number | null {
  try {
    const payload = jsonwebtoken.verify(state, secret, { algorithms: ['HS256'], audience: stateAudience });
    const tenant = (payload as { tenant?: unknown }).tenant;
    return typeof tenant === 'number' ? tenant : null;
  } catch {
    return null;
  }
}
