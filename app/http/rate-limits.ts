import type { Pool } from 'pg';
import {
  type RateLimiterAbstract,
  RateLimiterMemory,
  RateLimiterPostgres,
  RateLimiterRes,
} from 'rate-limiter-flexible';
import { AppError } from '../lib/errors.ts';

/** So many requests in so many seconds. */
export interface Rate {
  points: number;
  seconds: number;
}

/**
 * How often who may ask. Each is far above what people and portals do by themselves. A portal's number is several times an address's: one
 * address alone cannot use up what a portal's own people need.
 */
export const standardRates = {
  /** Installing, from a frame or by an event, before anything is proved. */
  installByAddress: { points: 60, seconds: 60 },
  installByPortal: { points: 240, seconds: 60 },
  /** A page's first request: an office opens the app, and every card that it opens is another page. */
  sessionByAddress: { points: 900, seconds: 60 },
  sessionByPortal: { points: 3600, seconds: 60 },
  /** Events whose secret is wrong. */
  refusedEventByAddress: { points: 300, seconds: 60 },
  /** The way to a portal's authorization and back. */
  authorizeByAddress: { points: 30, seconds: 60 },
  /** Cards for which the portal is asked with the visitor's own token: a person who looks through cards asks once for each. */
  cardsByVisitor: { points: 60, seconds: 60 },
  /** Each try of a webhook asks a host that the company names, which may be somebody else's portal. */
  setupByTenant: { points: 10, seconds: 60 },
  /** Each trial of the alerts writes to people. */
  alertTrialByTenant: { points: 5, seconds: 300 },
  /** Each look of the doctor asks the portal some fifteen times. */
  doctorByTenant: { points: 10, seconds: 60 },
  /** The whole REST interface. */
  apiByTenant: { points: 3000, seconds: 10 },
} as const satisfies Record<string, Rate>;

export type RateName = keyof typeof standardRates;
export type Rates = Record<RateName, Rate>;

/** Few, and kept where all processes see them: they protect others, and each process more would allow as many again. */
const sharedByAll: readonly RateName[] = ['setupByTenant', 'alertTrialByTenant'];

/** Made by a migration, so that no process makes tables while it serves. */
const table = 'rate_limits';

export interface RateLimits {
  /** Counts one request of this kind by this key. Throws AppError `too_many_requests` (429) when there were too many. */
  take(name: RateName, key: string | number): Promise<void>;
}

/**
 * Makes the limits of requests that come in. Most are counted in this process's memory: what they protect (its sockets, its processor) is
 * this process's too, and a flood must cost no query. What protects others is counted in PostgreSQL, by one statement a request; while the
 * database is away it is counted in memory.
 */
export function makeRateLimits({ pool, rates = standardRates }: { pool: Pool; rates?: Rates }): RateLimits {
  const limiters = new Map(
    (Object.entries(rates) as [RateName, Rate][]).map(
      ([name, { points, seconds }]): [RateName, RateLimiterAbstract] => {
        const options = { keyPrefix: name, points, duration: seconds };
        const inMemory = new RateLimiterMemory(options);
        if (!sharedByAll.includes(name)) return [name, inMemory];
        const shared = { storeClient: pool, storeType: 'pool', tableName: table, tableCreated: true };
        // Its rows are one for each company: nothing has to be swept.
        const inDatabase = new RateLimiterPostgres({
          ...{ ...options, ...shared, clearExpiredByTimeout: false, insuranceLimiter: inMemory },
        });
        return [name, inDatabase];
      },
    ),
  );
  return {
    async take(name, key) {
      try {
        await limiters.get(name)?.consume(key);
      } catch (refusal) {
        if (!(refusal instanceof RateLimiterRes)) throw refusal;
        throw tooManyRequests(Math.max(1, Math.ceil(refusal.msBeforeNext / 1000)));
      }
    },
  };
}

/** Too many requests of one caller; it may come again after so many seconds. */
export function tooManyRequests(retryAfterSec: number): AppError {
  return new AppError({
    code: 'too_many_requests',
    status: 429,
    text: {
      ru: `Слишком много запросов подряд. Повторите через ${retryAfterSec} с`,
      en: `Too many requests in a row. Try again in ${retryAfterSec} s`,
    },
    retryAfterSec,
  });
}
