import { zip } from '../../lib/zip.ts';
import type { BucketSize, RunSql } from './bucket.ts';
import { batchSizeFor, emptyBudget, type MethodBudget, secondsOfBulk } from './pacer.ts';

/** Calls of one method that some work needs. */
export interface PlannedCalls {
  method: string;
  calls: number;
}

/** What a portal has left, as of `now` (ms). */
export interface PortalState {
  now: number;
  bucket: BucketSize & { level: number };
  methods: ReadonlyMap<string, MethodBudget>;
}

/** What some work takes on a portal. */
export interface Forecast {
  seconds: number;
  requests: number;
  /** What the time is spent on: the rate of requests, the portal's own work, or the execution time that it grants a method. */
  bound: 'requests' | 'work' | 'execution_time';
  /** `seconds` of execution time each; `measured` is false where this portal has not been asked yet. */
  methods: { method: string; calls: number; seconds: number; share: number; measured: boolean }[];
}

/** Requests of a full bucket that bulk work leaves to people and to the portal's own count. */
const kept = 11;
/** Requests that a portal works on side by side for us at most. */
const sideBySide = 8;
/** Seconds of a call that this portal has not been asked for yet. */
const assumedCost = 0.1;

/**
 * How long work takes on a portal, from the measured cost of its calls and from what is left of its limits: the longest of what its
 * requests, its own work and the execution time of each method need. `reads` are requests that only read. Pure. Sources of the limits:
 * limits.ts and pacer.ts.
 */
export function forecast(planned: readonly PlannedCalls[], reads: number, state: PortalState): Forecast {
  const budgets = planned.map(({ method }) => {
    const known = state.methods.get(method) ?? emptyBudget;
    return { ...known, cost: known.cost ?? assumedCost, measured: known.cost !== null };
  });
  const writes = zip(planned, budgets).map(([{ calls }, budget]) => Math.ceil(calls / batchSizeFor(budget)));
  const requests = reads + writes.reduce((sum, count) => sum + count, 0);
  const free = Math.max(0, state.bucket.size - kept - state.bucket.level);
  const byRequests = Math.max(0, requests - free) / state.bucket.drain;
  const worked = zip(planned, budgets).map(([{ calls }, { cost }]) => calls * cost);
  const byWork = worked.reduce((sum, seconds) => sum + seconds, 0) / sideBySide;
  const waits = zip(planned, budgets).map(([{ calls }, budget]) => secondsOfBulk(budget, calls, state.now));
  const byBudget = Math.max(0, ...waits);
  const seconds = Math.max(byRequests, byWork, byBudget);
  return {
    seconds: Math.ceil(seconds),
    requests,
    bound: seconds === byBudget && byBudget > 0 ? 'execution_time' : seconds === byRequests ? 'requests' : 'work',
    methods: zip(planned, budgets).map(([{ method, calls }, { cost, measured }]) => ({
      method,
      calls,
      seconds: Math.round(calls * cost * 10) / 10,
      share: shareOfWindow(calls * cost),
      measured,
    })),
  };
}

/** Seconds of execution time that a portal grants a method in its window (settings/performance/limits.md, 2026-08). */
const window = 480;

/** How many windows of a method the work fills: 1 is one whole window. */
function shareOfWindow(seconds: number): number {
  return Math.round((seconds / window) * 1000) / 1000;
}

interface Lane {
  lane: string;
  level: number;
  refreshed_at: Date;
  cost: number | null;
  blocked_until: Date | null;
  size: number | null;
  drain: number | null;
}

/** What a portal has left now. Reads what all processes share; asks the portal nothing. */
export async function readPortalState(
  run: RunSql,
  portal: string,
  standard: BucketSize,
  now: number,
): Promise<PortalState> {
  const lanes = await run<Lane>(
    'select lane, level, refreshed_at, cost, blocked_until, size, drain from portal_limits where portal = $portal',
    { portal },
  );
  const bucket = lanes.find(({ lane }) => lane === 'requests');
  const drain = bucket?.drain ?? standard.drain;
  const elapsed = bucket ? Math.max(0, now - bucket.refreshed_at.getTime()) / 1000 : 0;
  const level = Math.max(0, (bucket?.level ?? 0) - elapsed * drain);
  const methods = lanes.flatMap((lane): [string, MethodBudget][] => {
    if (!lane.lane.startsWith('method:')) return [];
    const { level: spent, cost, refreshed_at, blocked_until } = lane;
    const budget = { level: spent, cost, refreshedAt: refreshed_at.getTime() };
    return [[lane.lane.slice('method:'.length), { ...budget, blockedUntil: blocked_until?.getTime() ?? null }]];
  });
  return { now, bucket: { size: bucket?.size ?? standard.size, drain, level }, methods: new Map(methods) };
}
