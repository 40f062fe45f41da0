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

/** Where a budget may stand: 480 s in 600 s (settings/performance/limits.md, 2026-08), less a margin for what others spend. */
export const budget = 480 * 0.85;
/** Seconds regained each second: 480 / 600, less a margin. */
const refill = 0.8 * 0.95;
/** A step should finish in this many seconds: a person never waits for more than one, and Bitrix24 interrupts a request at 60. */
const stepSeconds = 3;
/** Bulk work leaves this share of a budget to what people do. */
const bulkShare = 0.95;
/** Commands of one batch (settings/how-to-call-rest-api/batch.md, 2026-08). */
const maxCommands = 50;
/** Before the first measurement: the slowest documented example takes 3.2 s a call. */
const firstCommands = 8;

/** Minutes leave the portal's sum after ten of them; a moment further away is none that it could have meant. */
const longestReset = 660_000;

export const emptyBudget: MethodBudget = { level: 0, refreshedAt: 0, cost: null, blockedUntil: null };

/** How many calls fit one step so that it finishes in time. */
export function batchSizeFor({ cost }: MethodBudget): number {
  if (cost === null) return firstCommands;
  return Math.max(1, Math.min(maxCommands, Math.floor(stepSeconds / Math.max(cost, 0.001))));
}

/**
 * How long to wait before `calls` more calls: 0 while the burst lasts, then what the sustained rate needs. A single request that is
 * larger than the whole budget waits for an empty one, not for ever. Bulk work leaves a share to what people do.
 */
export function waitFor(spent: MethodBudget, calls: number, now: number, isBulk = false): number {
  const blocked = Math.max(0, (spent.blockedUntil ?? 0) - now);
  const granted = isBulk ? budget * bulkShare : budget;
  const expected = Math.min(calls * (spent.cost ?? 0), granted);
  const over = levelAt(spent, now) + expected - granted;
  const still = Math.max(0, spent.refreshedAt - now);
  return Math.max(blocked, over > 0 ? still + Math.ceil((over / refill) * 1000) : 0);
}

/** Seconds that so many calls of bulk work wait for their budget in all: none while the burst lasts, then what the sustained rate needs. */
export function secondsOfBulk(spent: MethodBudget, calls: number, now: number): number {
  const blocked = Math.max(0, (spent.blockedUntil ?? 0) - now) / 1000;
  const over = levelAt(spent, now) + calls * (spent.cost ?? 0) - budget * bulkShare;
  return Math.max(blocked, over / refill, 0);
}

/** The budget with the expected seconds of `calls` calls taken from it, and these seconds. Nothing is reserved before the first measurement. */
export function reserve(budget: MethodBudget, calls: number, now: number): { budget: MethodBudget; seconds: number } {
  const seconds = calls * (budget.cost ?? 0);
  // A moment ahead stays: nothing is regained before it.
  const refreshedAt = Math.max(now, budget.refreshedAt);
  return { budget: { ...budget, level: levelAt(budget, now) + seconds, refreshedAt }, seconds };
}

/**
 * The budget after an answer: `seconds` for `calls` calls as we measured it. `operating` is the portal's own sum for the method, which
 * overrules ours when it is higher: the portal then forgets nothing before `resetAt`, when the oldest minute leaves its sum, so nothing is
 * regained before that either. `reserved` was taken for these calls when they left; `others` is reserved for calls still in flight, which
 * the portal's sum does not hold yet.
 */
export function spend(
  spent: MethodBudget,
  now: number,
  answer: {
    calls: number;
    seconds: number;
    operating: number | null;
    resetAt: number | null;
    reserved?: number;
    others?: number;
  },
): MethodBudget {
  const { calls, seconds, resetAt, reserved = 0, others = 0 } = answer;
  const operating = answer.operating === null ? null : answer.operating + others;
  const mine = Math.max(0, levelAt(spent, now) - reserved) + seconds;
  const average = calls > 0 ? seconds / calls : null;
  const cost = average === null ? spent.cost : spent.cost === null ? average : spent.cost * 0.7 + average * 0.3;
  if (operating === null || operating <= mine)
    return { ...spent, level: mine, refreshedAt: keptMoment(spent, now), cost };
  const isNear = operating > budget / 2 && resetAt !== null && resetAt < now + longestReset;
  return { ...spent, level: operating, refreshedAt: isNear ? Math.max(now, resetAt) : now, cost };
}

// With calls in flight side by side, an answer that says less must not bring the moment forward.
function keptMoment(budget: MethodBudget, now: number): number {
  return Math.max(now, budget.refreshedAt);
}

/** The budget after `OPERATION_TIME_LIMIT`: full, and closed until the moment that the portal named last, else for a minute. */
export function block(spent: MethodBudget, now: number, resetAt: number | null): MethodBudget {
  const until = resetAt !== null && resetAt > now ? resetAt : now + 60_000;
  return { ...spent, level: Math.max(levelAt(spent, now), budget), refreshedAt: now, blockedUntil: until };
}

export function levelAt(spent: MethodBudget, now: number): number {
  const elapsed = Math.max(0, now - spent.refreshedAt) / 1000;
  return Math.max(0, spent.level - elapsed * refill);
}
