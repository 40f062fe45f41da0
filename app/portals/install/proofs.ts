import { createHash } from 'node:crypto';
import type { OAuth, TokenInfo } from '../../bitrix24/oauth.ts';
import { type BoundedPool, makeBoundedPool, PoolFull } from '../../lib/bounded-pool.ts';
import { AppError } from '../../lib/errors.ts';
import { makeShareInFlight } from '../../lib/share-in-flight.ts';

/** Asks the authorization server whose token this is. Throws AppError `proofs_busy` (503) when too many ask. */
export type AppInfo = OAuth['appInfo'];

/** Below the sockets that one host is given, so that other calls to the authorization server always find one. */
const atOnce = { strangers: 4, visitors: 6 };
const waiting = 32;
/** When room is likely again: the line of one pool, each question a fifth of a second and more. */
const retryAfterSec = 3;

/**
 * Makes the questions about tokens that unknown callers show. Anybody may send them, so they have small pools of their own: they never
 * take what tokens of working installations need to be renewed. Those who install wait apart from those who open a page of an installation
 * that is known. The same token is asked about once at a time, however many show it.
 */
export function makeProofs(appInfo: AppInfo): { strangers: { appInfo: AppInfo }; visitors: { appInfo: AppInfo } } {
  const share = makeShareInFlight<TokenInfo | null>();
  const through =
    (pool: BoundedPool): AppInfo =>
    (accessToken, claimedServer) =>
      share(keyOf(accessToken, claimedServer), () =>
        pool
          .run(() => appInfo(accessToken, claimedServer))
          .catch((error: unknown) => {
            throw error instanceof PoolFull ? busy() : error;
          }),
      );
  return {
    strangers: { appInfo: through(makeBoundedPool({ atOnce: atOnce.strangers, waiting })) },
    visitors: { appInfo: through(makeBoundedPool({ atOnce: atOnce.visitors, waiting })) },
  };
}

// The server that is named only says which of the pinned ones is asked first, but it is a part of the question.
function keyOf(accessToken: string, claimedServer = ''): string {
  return createHash('sha256')
    .update(JSON.stringify([accessToken, claimedServer]))
    .digest('base64');
}

function busy(): AppError {
  return new AppError({
    code: 'proofs_busy',
    status: 503,
    text: {
      ru: 'Сейчас слишком много запросов на проверку у Битрикс24. Повторите через несколько секунд',
      en: 'Too many requests are being checked with Bitrix24 just now. Try again in a few seconds',
    },
    retryAfterSec,
  });
}
