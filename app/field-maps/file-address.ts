import { canonicalLine } from './canonical.ts';
import type { Canonical } from './types.ts';

/** Parts of an address that open the file without a login, and are others with every answer. */
const secrets = new Set(['auth', 'token', 'sessid', 'access_token']);

/**
 * The address of a file field's value (`{id, url, urlMachine}`, crm-item-add.md, 2026-08-18), without what opens it to strangers: people
 * open it with their own session. Null for no file.
 */
export function fileAddress(value: unknown, portalHost: string | undefined): Canonical {
  const url = typeof value === 'object' && value !== null ? (value as { url?: unknown }).url : value;
  const text = canonicalLine(url);
  if (text === null) return null;
  const [path = '', query = ''] = text.split('?');
  const kept = query.split('&').filter((part) => part !== '' && !secrets.has(part.split('=')[0]?.toLowerCase() ?? ''));
  const address = kept.length > 0 ? `${path}?${kept.join('&')}` : path;
  return address.startsWith('/') && portalHost ? `https://${portalHost}${address}` : address;
}
