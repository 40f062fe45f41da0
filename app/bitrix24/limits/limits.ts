import type { Clock } from '../../lib/clock.ts';
import { ownLimit } from '../error-table.ts';
import {
  type BucketSize,
  bucketOfPlan,
  closeBucket,
  noteBucket,
  type RunSql,
  takeRequest,
  type Urgency,
} from './bucket.ts';
import { makeMethodBudgets } from './method-budgets.ts';
import { batchSizeFor, block, reserve, spend, waitFor } from './pacer.ts';

/** Longer waits are the queue's: the caller is told how long, and gives its place to other work. */
const longestWaitMs: Record<Urgency, number> = { bulk: 10_000, normal: 5000, interactive: 10_000 };

export interface CallCost {
  method: string;
  calls: number;
  /** Measured duration of all of them. */
  seconds: number;
  /** The portal's own figures, when it gives them. */
  operating: number | null;
  resetAt: number | null;
}

/** Seconds of execution that a request in flight is expected to need, by method. */
export type Reservation = ReadonlyMap<string, number>;

export interface LimitsDeps {
  run: RunSql;
  clock: Clock;
  bucket: BucketSize;
  /** Told of each wait: for which limit, and whether it is spent here or, because it is long, left to the caller's queue. */
  onWait?(limit: 'requests' | 'method_time', result: 'waited' | 'put_off', ms: number): void;
}

export type Limits = ReturnType<typeof makeLimits>;

/**
 * Keeps the two limits of portals, shared by all processes through PostgreSQL: requests, and seconds of execution per method. What is in
 * flight counts from the moment it leaves: its expected seconds are reserved, and corrected when the answer tells the real ones.
 */
export function makeLimits({ run, clock, bucket, onWait }: LimitsDeps) {
  // The portal tells when a budget reopens only in good answers, before it closes.
  const lastReset = new Map<string, number>();
  // What this process has in flight: the portal's own sum does not hold it yet.
  const inFlight = new Map<string, number>();
  const now = () => clock.now().getTime();
  const budgets = makeMethodBudgets(run);

  /** Reserves the seconds of these calls; returns them, or how long to wait when there are too few. */
  function reserveCalls(portal: string, method: string, count: number, isBulk: boolean) {
    return budgets.change(portal, method, (budget) => {
      const wait = waitFor(budget, count, now(), isBulk);
      if (wait > 0) return { budget, value: { wait, seconds: 0 } };
      const { budget: taken, seconds } = reserve(budget, count, now());
      return { budget: taken, value: { wait: 0, seconds } };
    });
  }

  function noteInFlight(portal: string, method: string, seconds: number): number {
    const key = `${portal} ${method}`;
    const left = Math.max(0, (inFlight.get(key) ?? 0) + seconds);
    if (left > 1e-9) inFlight.set(key, left);
    else inFlight.delete(key);
    return left;
  }

  /** Gives back what was reserved for a request that certainly was not executed. */
  async function release(portal: string, reservation: Reservation): Promise<void> {
    for (const [method, seconds] of reservation) {
      noteInFlight(portal, method, -seconds);
      if (seconds === 0) continue;
      await budgets.change(portal, method, (budget) => ({
        budget: { ...budget, level: Math.max(0, budget.level - seconds) },
        value: undefined,
      }));
    }
  }

  return {
    /**
     * Waits until a request with these calls may leave, and reserves what they are expected to cost. Throws a `limit` error with
     * `retryAfterMs` when that takes longer than the caller should hold its place; then nothing is reserved.
     */
    async acquire(
      portal: string,
      calls: ReadonlyMap<string, number>,
      options: { urgency?: Urgency; signal?: AbortSignal },
    ): Promise<Reservation> {
      const urgency = options.urgency ?? 'normal';
      const reservation = new Map<string, number>();
      let left = longestWaitMs[urgency];
      const pause = async (ms: number, method?: string) => {
        onWait?.(method === undefined ? 'requests' : 'method_time', ms > left ? 'put_off' : 'waited', ms);
        if (ms > left) throw ownLimit(ms, method);
        left -= ms;
        await clock.sleep(ms, options.signal);
      };
      try {
        for (const [method, count] of calls) {
          for (;;) {
            const { wait, seconds } = await reserveCalls(portal, method, count, urgency === 'bulk');
            if (wait > 0) {
              await pause(wait, method);
              continue;
            }
            reservation.set(method, seconds);
            noteInFlight(portal, method, seconds);
            break;
          }
        }
        for (let wait = 1; wait > 0; ) {
          wait = await takeRequest(run, portal, bucket, urgency);
          if (wait > 0) await pause(wait);
        }
        return reservation;
      } catch (error) {
        await release(portal, reservation);
        throw error;
      }
    },

    /** Remembers what the calls of an answered request cost; its reservation ends. */
    async report(portal: string, costs: readonly CallCost[], reservation: Reservation): Promise<void> {
      for (const { method, ...cost } of costs) {
        const { resetAt } = cost;
        if (resetAt !== null) lastReset.set(`${portal} ${method}`, resetAt);
        const reserved = reservation.get(method) ?? 0;
        const others = noteInFlight(portal, method, -reserved);
        await budgets.change(portal, method, (budget) => ({
          budget: spend(budget, now(), { ...cost, reserved, others }),
          value: undefined,
        }));
      }
      const unreported = [...reservation].filter(([method]) => !costs.some((cost) => cost.method === method));
      await release(portal, new Map(unreported));
    },

    release,

    /** A request ended without an answer: the portal may be working on it, so what was reserved counts as spent. */
    leaveSpent(portal: string, reservation: Reservation): void {
      for (const [method, seconds] of reservation) noteInFlight(portal, method, -seconds);
    },

    /** Remembers how many requests a portal's plan allows, by what it says of its licence; null: it does not say. */
    notePlan(portal: string, licenseFamily: string | null): Promise<void> {
      return noteBucket(run, portal, bucketOfPlan(licenseFamily));
    },

    /** The portal refused for too many requests; returns how long to wait. */
    tooManyRequests(portal: string): Promise<number> {
      return closeBucket(run, portal, bucket);
    },

    /** The portal refused a method for its execution time; returns how long to wait. */
    outOfTime(portal: string, method: string): Promise<number> {
      return budgets.change(portal, method, (budget) => {
        const closed = block(budget, now(), lastReset.get(`${portal} ${method}`) ?? null);
        return { budget: closed, value: (closed.blockedUntil ?? now()) - now() };
      });
    },

    /** How many calls of this method fit one step, and what one of them costs in seconds; null before the first. */
    async stepSize(portal: string, method: string): Promise<{ size: number; cost: number | null }> {
      const budget = await budgets.lastSeen(portal, method);
      return { size: batchSizeFor(budget), cost: budget.cost };
    },
  };
}
