import type { Clock } from '../../lib/clock.ts';
import { ownLimit } from '../error-table.ts';
import { type BucketSize, closeBucket, type RunSql, takeRequest } from './bucket.ts';
import { batchSizeFor, block, emptyBudget, type MethodBudget, spend, waitFor } from './pacer.ts';

/** A job that must wait longer gives its worker back; the queue wakes it. */
const longestWaitMs = { background: 2000, interactive: 10_000 };

export interface CallCost {
  method: string;
  calls: number;
  /** Measured duration of all of them. */
  seconds: number;
  /** The portal's own figures, when it gives them. */
  operating: number | null;
  resetAt: number | null;
}

export type Limits = ReturnType<typeof makeLimits>;

/** Keeps the two limits of portals, shared by all processes through PostgreSQL: requests, and seconds of execution per method. */
export function makeLimits(deps: { run: RunSql; clock: Clock; bucket: BucketSize }) {
  const { run, clock, bucket } = deps;
  // The portal tells when a lane reopens only in good answers, before it closes.
  const lastReset = new Map<string, number>();

  async function readBudget(portal: string, method: string): Promise<MethodBudget> {
    const [row] = await run<{ level: number; refreshed_at: Date; cost: number | null; blocked_until: Date | null }>(
      'select level, refreshed_at, cost, blocked_until from portal_limits where portal = $portal and lane = $lane',
      { portal, lane: laneOf(method) },
    );
    if (!row) return emptyBudget;
    return {
      level: row.level,
      refreshedAt: row.refreshed_at.getTime(),
      cost: row.cost,
      blockedUntil: row.blocked_until?.getTime() ?? null,
    };
  }

  async function writeBudget(portal: string, method: string, lane: MethodBudget): Promise<void> {
    await run(
      `insert into portal_limits (portal, lane, level, refreshed_at, cost, blocked_until)
       values ($portal, $lane, $level, $refreshedAt, $cost, $blockedUntil)
       on conflict (portal, lane) do update set level = excluded.level, refreshed_at = excluded.refreshed_at,
          cost = excluded.cost, blocked_until = excluded.blocked_until`,
      {
        portal,
        lane: laneOf(method),
        level: lane.level,
        refreshedAt: new Date(lane.refreshedAt),
        cost: lane.cost,
        blockedUntil: lane.blockedUntil === null ? null : new Date(lane.blockedUntil),
      },
    );
  }

  return {
    /**
     * Waits until a request with these calls may leave. Throws a `limit` error with `retryAfterMs` when that takes longer than the caller
     * should hold its job.
     */
    async acquire(
      portal: string,
      calls: ReadonlyMap<string, number>,
      options: { interactive?: boolean; signal?: AbortSignal },
    ): Promise<void> {
      const interactive = options.interactive ?? false;
      let left = interactive ? longestWaitMs.interactive : longestWaitMs.background;
      const pause = async (ms: number) => {
        if (ms > left) throw ownLimit(ms);
        left -= ms;
        await clock.sleep(ms, options.signal);
      };
      for (const [method, count] of calls) {
        const wait = waitFor(await readBudget(portal, method), count, clock.now().getTime());
        if (wait > 0) await pause(wait);
      }
      for (let wait = 1; wait > 0; ) {
        wait = await takeRequest(run, portal, bucket, interactive);
        if (wait > 0) await pause(wait);
      }
    },

    /** Remembers what calls cost. */
    async report(portal: string, costs: readonly CallCost[]): Promise<void> {
      for (const { method, ...cost } of costs) {
        const { resetAt } = cost;
        if (resetAt !== null) lastReset.set(`${portal} ${method}`, resetAt);
        const lane = await readBudget(portal, method);
        await writeBudget(portal, method, spend(lane, clock.now().getTime(), cost));
      }
    },

    /** The portal refused for too many requests; returns how long to wait. */
    tooManyRequests(portal: string): Promise<number> {
      return closeBucket(run, portal, bucket);
    },

    /** The portal refused a method for its execution time; returns how long to wait. */
    async outOfTime(portal: string, method: string): Promise<number> {
      const now = clock.now().getTime();
      const lane = block(await readBudget(portal, method), now, lastReset.get(`${portal} ${method}`) ?? null);
      await writeBudget(portal, method, lane);
      return (lane.blockedUntil ?? now) - now;
    },

    /** How many calls of this method fit one request. */
    async batchSize(portal: string, method: string): Promise<number> {
      return batchSizeFor(await readBudget(portal, method));
    },
  };
}

function laneOf(method: string): string {
  return `method:${method}`;
}
