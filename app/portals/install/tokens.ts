import { fromNetworkFailure, tokenChainDead } from '../../bitrix24/error-table.ts';
import { Bitrix24Error } from '../../bitrix24/errors.ts';
import type { ApplicationKeys, GrantedTokens, OAuth, TokenPair } from '../../bitrix24/oauth.ts';
import type { Clock } from '../../lib/clock.ts';
import type { Log } from '../../lib/log.ts';
import { makeShareInFlight } from '../../lib/share-in-flight.ts';
import type { Installation, Installations } from './installations.ts';

/** Longer than the OAuth request may take (`grantTimes`): a process that died while it refreshed is not waited for any longer. */
const claimSeconds = 45;
const mostWaitMs = 50_000;
const pollMs = 50;

export interface TokensDeps {
  installations: Installations;
  oauth: OAuth;
  /** The secret of the application; null when no company has stored it (any more). */
  keysOf(installation: Pick<Installation, 'clientId' | 'tenantId'>): Promise<ApplicationKeys | null>;
  clock: Clock;
  log: Log;
  /** Counts how renewals ended; absent: they are not counted. */
  count?(result: 'ok' | 'refused' | 'failed'): void;
}

type StoredPair = TokenPair & { version: number };

export type Tokens = ReturnType<typeof makeTokens>;

/**
 * Makes the keeper of token chains. A used refresh token dies with its pair, so of all processes one refreshes while the others wait
 * for what it stores; and a pair that was refused is compared with the stored one first, because it may long have been replaced.
 * Nothing is refreshed by the clock (settings/oauth/auto-renewal.md, 2026-08). A new pair that PostgreSQL could not take is kept until it
 * can: the portal knows no other any more.
 */
export function makeTokens({ installations, oauth, keysOf, clock, log, count }: TokensDeps) {
  /** By installation: new pairs that are not stored yet, with the version of the pair that they replace. */
  const unstored = new Map<number, { version: number; granted: GrantedTokens }>();

  const share = makeShareInFlight<string>();
  const running = new Set<Promise<string>>();

  function watched(renewing: Promise<string>): Promise<string> {
    running.add(renewing);
    const forget = () => running.delete(renewing);
    renewing.then(forget, forget);
    return renewing;
  }

  const keptFor = ({ id }: Installation, { version }: { version: number }): GrantedTokens | null => {
    const kept = unstored.get(id);
    return kept?.version === version ? kept.granted : null;
  };

  async function refreshAndStore(
    installation: Installation,
    pair: StoredPair,
    keys?: ApplicationKeys,
  ): Promise<string | null> {
    const granted = keptFor(installation, pair) ?? (await refresh(installation, pair, keys));
    unstored.set(installation.id, { version: pair.version, granted });
    const isStored = await installations.storeTokens(installation, pair.version, granted);
    unstored.delete(installation.id);
    log.debug(
      { tenant_id: installation.tenantId, operation: 'refresh_token', portal: installation.host, result: 'ok' },
      'Токены портала обновлены',
    );
    // A reinstallation stored its own pair meanwhile: that one counts.
    return isStored ? granted.accessToken : null;
  }

  async function refresh(
    installation: Installation,
    pair: StoredPair,
    given: ApplicationKeys | undefined,
  ): Promise<GrantedTokens> {
    const keys = given ?? (await keysOf(installation));
    if (!keys) throw tokenChainDead('no_client_secret');
    const granted = await ask(installation, keys, pair);
    // The answer of a chain that is not this portal's proves that something is badly wrong.
    if (granted.memberId !== installation.memberId) throw tokenChainDead('another_portal');
    return granted;
  }

  async function ask({ oauthUrl }: Installation, keys: ApplicationKeys, pair: StoredPair): Promise<GrantedTokens> {
    try {
      const granted = await oauth.refresh(oauthUrl, keys, pair.refreshToken);
      count?.('ok');
      return granted;
    } catch (error) {
      count?.(error instanceof Bitrix24Error && error.kind === 'auth' ? 'refused' : 'failed');
      throw error;
    }
  }

  /** One refresh, unless another process has the right to it or the pair is newer by now: null then. */
  async function refreshLeased(
    installation: Installation,
    pair: StoredPair,
    keys?: ApplicationKeys,
  ): Promise<string | null> {
    const isOurs =
      keptFor(installation, pair) !== null ||
      (await installations.claimRefresh(installation.id, pair.version, claimSeconds));
    if (!isOurs) return null;
    try {
      return await refreshAndStore(installation, pair, keys);
    } catch (error) {
      await installations.releaseRefresh(installation.id, pair.version);
      const now = await installations.readTokens(installation.id);
      if (now && now.version !== pair.version) return null;
      throw error;
    }
  }

  /** Tries until it has a token, while other processes refresh. */
  async function persist(
    installation: Installation,
    attempt: (pair: StoredPair) => Promise<string | null>,
  ): Promise<string> {
    const deadline = clock.now().getTime() + mostWaitMs;
    for (;;) {
      const pair = await installations.readTokens(installation.id);
      if (!pair) throw tokenChainDead('uninstalled');
      const token = await attempt(pair);
      if (token !== null) return token;
      if (clock.now().getTime() > deadline) throw fromNetworkFailure({ code: 'refresh_timeout' });
      await clock.sleep(pollMs);
    }
  }

  return {
    /**
     * A token that is not `usedToken`; those who ask for the same one share an answer. It goes on to its end though none of them waits any
     * more: the token that was shown is used up. Throws `Bitrix24Error`: `token_chain_dead`, or why
     * no token can be had just now.
     */
    renew(installation: Installation, usedToken: string): Promise<string> {
      const renewing = share(`${installation.id} ${usedToken}`, () =>
        persist(installation, async (pair) =>
          pair.accessToken === usedToken ? refreshLeased(installation, pair) : pair.accessToken,
        ),
      );
      return watched(renewing);
    },

    /**
     * Tries keys on the chain: an application's secret is shown only to the server that renews tokens (settings/oauth/index.md,
     * 2026-08), so the chain is renewed with it once and the new pair is stored. A refused secret uses up nothing. Throws
     * `Bitrix24Error`: `client_refused` for wrong keys, `token_chain_dead` where there is nothing left to try them on.
     */
    async prove(installation: Installation, keys: ApplicationKeys): Promise<void> {
      const proving = persist(installation, async (pair) => {
        const isKept = keptFor(installation, pair) !== null;
        const token = await refreshLeased(installation, pair, keys);
        // A pair that waited to be stored was granted for other keys.
        return isKept ? null : token;
      });
      await watched(proving);
    },

    /** Renews the chain now, whatever its age. Throws as `renew` does. */
    async renewNow(installation: Installation): Promise<void> {
      const pair = await installations.readTokens(installation.id);
      if (pair) await this.renew(installation, pair.accessToken);
    },

    /** Resolves when every renewal under way has come to its end: what a server has granted is stored by then. */
    async settled(): Promise<void> {
      await Promise.allSettled(running);
    },
  };
}
