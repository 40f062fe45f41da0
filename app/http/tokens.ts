import jsonwebtoken from 'jsonwebtoken';
import type { Role } from './route.ts';

/** Mints an HS256 token that the REST interface accepts; `hours` is its lifetime. */
export function mintToken(
  secret: string,
  claims: { tenantId: number; role: Role; subject: string },
  hours: number,
): string {
  const { tenantId, role, subject } = claims;
  const expiresIn = Math.round(hours * 3600);
  return jsonwebtoken.sign({ tenant_id: tenantId, role }, secret, { algorithm: 'HS256', subject, expiresIn });
}
