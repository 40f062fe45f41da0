/** What is remembered of one method's execution time on one portal. Seconds and milliseconds since the epoch. */
export interface MethodBudget {
  /** Seconds spent of the budget, as of `refreshedAt`. */
  level: number;
  /** May lie ahead: then nothing is regained before. */
  refreshedAt: number;
  /** Moving average of seconds for one call; null before the first. */
  cost: number | null;
  blockedUntil: number | null;
}

/** Where a lane may stand: 480 s in 600 s (settings/performance/limits.md, 2026-08), less a margin for what others spend. */
export const budget = 480 * 0.85;
/** Seconds regained each second: 480 / 600, less a margin. */
const refill = 0.8 * 0.95;
/** A request should finish in this many seconds: Bitrix24 interrupts it at 60. */
const requestSeconds = 25;
/** Commands of one batch (settings/how-to-call-rest-api/batch.md, 2026-08). */
const maxCommands = 50;
/** Before the first measurement: the slowest documented example takes 3.2 s a call. */
const firstCommands = 8;

/** Minutes leave the portal's sum after ten of them; a moment further away is none that it could have meant. */
const longestReset = 660_000;

export const emptyBudget: MethodBudget = { level: 0, refreshedAt: 0, cost: null, blockedUntil: null };

/** How many calls fit one request so that it finishes in time. */
export function batchSizeFor({ cost }: MethodBudget): number {
  if (cost === null) return firstCommands;
  return Math.max(1, Math.min(maxCommands, Math.floor(requestSeconds / Math.max(cost, 0.001))));
}

/**
 * How long to wait before `calls` more calls: 0 while the burst lasts, then what the sustained rate needs. A single request that is
 * larger than the whole budget waits for an empty lane, not for ever.
 */
export function waitFor(lane: MethodBudget, calls: number, now: number): number {
  const blocked = Math.max(0, (lane.blockedUntil ?? 0) - now);
  const expected = Math.min(calls * (lane.cost ?? 0), budget);
  const over = levelAt(lane, now) + expected - budget;
  const still = Math.max(0, lane.refreshedAt - now);
  return Math.max(blocked, over > 0 ? still + Math.ceil((over / refill) * 1000) : 0);
}

/**
 * The lane after an answer: `seconds` for `calls` calls as we measured it. `operating` is the portal's own sum for the method, which
 * overrules ours when it is higher: the portal then forgets nothing before `resetAt`, when the oldest minute leaves its sum, so nothing is
 * regained before that either.
 */
export function spend(
  lane: MethodBudget,
  now: number,
  answer: { calls: number; seconds: number; operating: number | null; resetAt: number | null },
): MethodBudget {
  const { calls, seconds, operating, resetAt } = answer;
  const mine = levelAt(lane, now) + seconds;
  const average = calls > 0 ? seconds / calls : null;
  const cost = average === null ? lane.cost : lane.cost === null ? average : lane.cost * 0.7 + average * 0.3;
  if (operating === null || operating <= mine) return { ...lane, level: mine, refreshedAt: now, cost };
  const isNear = operating > budget / 2 && resetAt !== null && resetAt < now + longestReset;
  return { ...lane, level: operating, refreshedAt: isNear ? Math.max(now, resetAt) : now, cost };
}

/** The lane after `OPERATION_TIME_LIMIT`: full, and closed until the moment that the portal named last, else for a minute. */
export function block(lane: MethodBudget, now: number, resetAt: number | null): MethodBudget {
  const until = resetAt !== null && resetAt > now ? resetAt : now + 60_000;
  return { ...lane, level: Math.max(levelAt(lane, now), budget), refreshedAt: now, blockedUntil: until };
}

export function levelAt(lane: MethodBudget, now: number): number {
  const elapsed = Math.max(0, now - lane.refreshedAt) / 1000;
  return Math.max(0, lane.level - elapsed * refill);
}
