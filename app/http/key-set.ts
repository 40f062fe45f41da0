import { createPublicKey, type KeyObject } from 'node:crypto';
import { JwksClient } from 'jwks-rsa';
import type { Clock } from '../lib/clock.ts';
import { AppError } from '../lib/errors.ts';
import { getJson } from '../lib/get-json.ts';
import { makeShareInFlight } from '../lib/share-in-flight.ts';

/** How long the key set's server may take to answer, and how much. Only callers whose key is not known yet wait for it. */
const limits = { timeoutMs: 5000, longestAnswer: 1_000_000 };
/** Keys that are older are loaded again, while those that are there go on working. */
const freshMs = 600_000;
/** For a key that the set did not have a moment ago it is not asked again: everybody can invent ids of keys. */
const askAgainMs = 30_000;

export interface KeySet {
  /** The public key with this id. Throws AppError 401 `invalid_token` for an unknown one, 503 `key_set_unreachable`. */
  find(keyId: string | undefined): Promise<KeyObject>;
}

// The library checks what the set holds; its own request would end neither in time nor at a length.
const fetcher = async (url: string) => (await getJson(url, limits)) as { keys: unknown };

interface Loaded {
  keys: ReadonlyMap<string, KeyObject>;
  at: number;
}

/**
 * Makes the key set of `url` (RFC 7517), loaded apart from requests: a token with a known key is never held up, neither by the server of
 * the keys nor by tokens with other ones. A key that is not known lets the set be loaded once for all who ask, and not more often than
 * every thirty seconds.
 */
export function makeKeySet(url: string, clock: Pick<Clock, 'now'>): KeySet {
  const client = new JwksClient({ jwksUri: url, cache: false, rateLimit: false, fetcher });
  const share = makeShareInFlight<Loaded>();
  let loaded: Loaded | null = null;
  let lastTry = { at: Number.NEGATIVE_INFINITY, failure: null as unknown };
  const now = () => clock.now().getTime();

  const load = (): Promise<Loaded> =>
    share('keys', async () => {
      try {
        const keys = await client.getSigningKeys();
        loaded = { keys: new Map(keys.map((key) => [key.kid, createPublicKey(key.getPublicKey())])), at: now() };
        lastTry = { at: now(), failure: null };
        return loaded;
      } catch (error) {
        lastTry = { at: now(), failure: error };
        throw error;
      }
    });
  const loadForCaller = () =>
    load().catch((error: unknown) => {
      throw keySetUnreachable(error);
    });

  const mayAsk = () => now() - lastTry.at >= askAgainMs;
  // What it ends with is seen by those whose key is missing.
  const refresh = () => void load().catch(() => undefined);
  refresh();

  return {
    async find(keyId) {
      const present = loaded ?? (await loadForCaller());
      const known = pick(present.keys, keyId);
      if (known) {
        if (now() - present.at >= freshMs && mayAsk()) refresh();
        return known;
      }
      if (!mayAsk()) throw lastTry.failure === null ? unknownKey() : keySetUnreachable(lastTry.failure);
      const key = pick((await loadForCaller()).keys, keyId);
      if (!key) throw unknownKey();
      return key;
    },
  };
}

/** A token without an id of its key means the only one that there is. */
function pick(keys: ReadonlyMap<string, KeyObject>, keyId: string | undefined): KeyObject | undefined {
  if (keyId !== undefined) return keys.get(keyId);
  return keys.size === 1 ? keys.values().next().value : undefined;
}

function unknownKey(): AppError {
  return new AppError({
    code: 'invalid_token',
    status: 401,
    text: {
      ru: 'Токен не принят: он подписан ключом, которого нет в наборе (JWT_JWKS_URL)',
      en: 'The token is refused: it is signed with a key that the key set (JWT_JWKS_URL) does not have',
    },
  });
}

// Nothing is known of the token: the caller must not take a new one, but come again.
function keySetUnreachable(cause: unknown): AppError {
  return new AppError({
    code: 'key_set_unreachable',
    status: 503,
    text: {
      ru: 'Токен сейчас не проверить: набор ключей (JWT_JWKS_URL) не читается. Повторите запрос позже',
      en: 'The token cannot be checked just now: the key set (JWT_JWKS_URL) cannot be read. Repeat the request later',
    },
    cause,
  });
}
