/** Attempts of one record before a person has to look at it. */
export const maxAttempts = 3;

/** The longest pause. */
const longestMs = 3_600_000;

/**
 * Delay before the next attempt: `baseMs`, doubled with every attempt, at most an hour, give or take a fifth, so that records that
 * failed together do not come back together. `attempt` counts from 1; `random` is 0 to 1.
 */
export function backoffMs(attempt: number, baseMs: number, random: number): number {
  const doubled = Math.min(longestMs, baseMs * 2 ** (attempt - 1));
  return Math.min(longestMs, Math.round(doubled * (0.8 + 0.4 * random)));
}
