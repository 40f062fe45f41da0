import { isPlanRefusal } from '../../bitrix24/error-table.ts';
import { Bitrix24Error } from '../../bitrix24/errors.ts';
import type { RecordAccess } from '../../bitrix24/visitor-api.ts';
import type { Visitor } from '../../http/route.ts';
import type { Clock } from '../../lib/clock.ts';
import { notFound } from '../../lib/errors.ts';
import type { Bitrix24Type } from '../../lib/records.ts';
import { makeShareInFlight } from '../../lib/share-in-flight.ts';
import type { Installation, Installations } from '../install/installations.ts';
import { extranetGuest, portalTokenMissing, portalTokenRefused, recordClosed } from './visitor-errors.ts';

export interface CardCheckDeps {
  installations: Pick<Installations, 'findByMember'>;
  /** Whose the token is and whether its user may read the record, by the portal at its known address. Throws `Bitrix24Error`. */
  mayRead(
    installation: Installation,
    accessToken: string,
    record: RecordOfPortal,
  ): Promise<{ userId: number; access: RecordAccess }>;
  /** Counts one question to the portal for this visitor. Throws 429 when there were too many. */
  countAsked(visitor: string): Promise<void>;
  /** A digest of the token: the token itself is kept nowhere. */
  digest(token: string): string;
  clock: Clock;
}

export interface RecordOfPortal {
  type: Bitrix24Type;
  id: number;
}

/** A card asks several times while it opens and then every quarter of a minute; a right that was taken counts after this. */
const grantedMs = 20_000;
/** Somebody who was refused, and asks at once for the right, does not wait long. */
const refusedMs = 5000;
/** Tokens have 70 characters; what is longer is none. */
const longestToken = 500;
const mostRemembered = 10_000;

interface Verdict {
  userId: number;
  access: RecordAccess;
  until: number;
}

/**
 * Makes the question whether a visitor may read a record of the portal, asked with the token that the visitor's page sends. It goes to the
 * portal of the visitor's session, never to an address of the request, and its answer counts for that visitor alone. It is remembered
 * for seconds, by a digest of the token. Throws AppError 403, `not_found`, or 429 to a visitor who asks too often; `Bitrix24Error` when
 * the portal cannot be asked.
 */
export function makeCardCheck({ installations, mayRead, countAsked, digest, clock }: CardCheckDeps) {
  const known = new Map<string, Verdict>();
  const share = makeShareInFlight<Verdict>();

  async function ask(key: string, visitor: Visitor, token: string, record: RecordOfPortal): Promise<Verdict> {
    await countAsked(`${visitor.installation} ${visitor.userId}`);
    const installation = await installations.findByMember(visitor.memberId);
    if (installation?.id !== visitor.installation) throw portalTokenRefused();
    const answer = await mayRead(installation, token, record).catch((error: unknown) => {
      throw isTokenRefusal(error) ? portalTokenRefused(error) : error;
    });
    const lasts = answer.access === 'readable' ? grantedMs : refusedMs;
    const verdict = { ...answer, until: clock.now().getTime() + lasts };
    // The oldest goes when there are too many, and is only asked anew.
    known.delete(key);
    const [oldest] = known.keys();
    if (known.size >= mostRemembered && oldest !== undefined) known.delete(oldest);
    known.set(key, verdict);
    return verdict;
  }

  return async (visitor: Visitor, token: string, record: RecordOfPortal): Promise<void> => {
    if (token === '') throw portalTokenMissing();
    if (token.length > longestToken) throw portalTokenRefused();
    const key = `${visitor.installation} ${digest(token)} ${record.type} ${record.id}`;
    const remembered = known.get(key);
    const isFresh = remembered !== undefined && remembered.until > clock.now().getTime();
    const verdict = isFresh ? remembered : await share(key, () => ask(key, visitor, token, record));
    if (verdict.userId === 0 || verdict.userId !== visitor.userId) throw portalTokenRefused();
    if (verdict.access === 'extranet') throw extranetGuest();
    if (verdict.access === 'closed') throw recordClosed();
    if (verdict.access === 'absent') throw notFound();
  };
}

const tokenRefusals = new Set([
  'portal_token_refused',
  'invalid_token',
  'expired_token',
  'no_auth_found',
  'authorization_error',
  'application_not_found',
  'error_oauth',
]);

function isTokenRefusal(error: unknown): boolean {
  return error instanceof Bitrix24Error && !isPlanRefusal(error) && tokenRefusals.has(error.code.toLowerCase());
}
