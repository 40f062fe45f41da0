import type { Role, Session } from './session.ts';

/**
 * The session of an operator who was handed a JWT. Returns null when the text is no such token. The token is read for display only:
 * the server checks it.
 */
export function openOperatorSession(text: string): Session | null {
  const token = text.trim().replace(/^Bearer\s+/i, '');
  const claims = readClaims(token);
  if (!claims) return null;
  return {
    role: claims.role,
    sees: claims.role === 'admin' ? 'all' : 'lists',
    mayEdit: claims.role !== 'viewer',
    token: async () => token,
    renew: async () => false,
    portalToken: async () => null,
  };
}

/** Takes a token out of the address (`#token=…`), so that it stays in no history and no bookmark. */
export function takeTokenFromAddress(): string | null {
  const token = new URLSearchParams(location.hash.slice(1)).get('token');
  if (token) history.replaceState(null, '', location.pathname);
  return token;
}

function readClaims(token: string): { role: Role } | null {
  try {
    const payload = (token.split('.')[1] ?? '').replaceAll('-', '+').replaceAll('_', '/');
    const { role } = JSON.parse(atob(payload)) as { role?: unknown };
    return role === 'viewer' || role === 'user' || role === 'admin' ? { role } : null;
  } catch {
    return null;
  }
}
