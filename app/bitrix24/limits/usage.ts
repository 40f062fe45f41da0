import type { BucketSize, RunSql } from './bucket.ts';
import { budget, levelAt } from './pacer.ts';

/** One method's execution time in the portal's window. */
export interface MethodUsage {
  method: string;
  used_sec: number;
  budget_sec: number;
  share: number;
  blocked_until: Date | null;
}

export interface LimitUsage {
  requests: { used: number; size: number; per_second: number; share: number; blocked_until: Date | null };
  /** The busiest first. */
  methods: MethodUsage[];
  /** The fullest of all, between 0 and 1. */
  share: number;
}

interface Lane {
  lane: string;
  level: number;
  refreshed_at: Date;
  blocked_until: Date | null;
  size: number | null;
  drain: number | null;
}

/** How much of a portal's limits is in use now. Reads what all processes share; asks the portal nothing. */
export async function readUsage(run: RunSql, portal: string, standard: BucketSize, now: number): Promise<LimitUsage> {
  const lanes = await run<Lane>(
    'select lane, level, refreshed_at, blocked_until, size, drain from portal_limits where portal = $portal',
    { portal },
  );
  const bucket = lanes.find(({ lane }) => lane === 'requests');
  const { size, drain } = { size: bucket?.size ?? standard.size, drain: bucket?.drain ?? standard.drain };
  const elapsed = bucket ? Math.max(0, now - bucket.refreshed_at.getTime()) / 1000 : 0;
  const used = Math.max(0, (bucket?.level ?? 0) - elapsed * drain);
  const requests = {
    used: rounded(used),
    size,
    per_second: drain,
    share: shareOf(used, size),
    blocked_until: stillAhead(bucket?.blocked_until, now),
  };
  const methods = lanes
    .filter(({ lane }) => lane.startsWith('method:'))
    .map((lane) => usageOf(lane, now))
    .sort((a, b) => b.share - a.share);
  return { requests, methods, share: Math.max(requests.share, methods[0]?.share ?? 0) };
}

function usageOf({ lane, level, refreshed_at, blocked_until }: Lane, now: number): MethodUsage {
  const state = { level, refreshedAt: refreshed_at.getTime(), cost: null, blockedUntil: null };
  const used = levelAt(state, now);
  return {
    method: lane.slice('method:'.length),
    used_sec: rounded(used),
    budget_sec: budget,
    share: shareOf(used, budget),
    blocked_until: stillAhead(blocked_until, now),
  };
}

function stillAhead(moment: Date | null | undefined, now: number): Date | null {
  return moment && moment.getTime() > now ? moment : null;
}

function shareOf(used: number, whole: number): number {
  return Math.min(1, Math.round((used / whole) * 1000) / 1000);
}

function rounded(value: number): number {
  return Math.round(value * 10) / 10;
}
