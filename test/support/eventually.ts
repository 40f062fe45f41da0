import { setTimeout as sleep } from 'node:timers/promises';

const firstPauseMs = 15;
const longestPauseMs = 200;

/**
 * Tries until the check passes (returns something else than false, and does not throw); fails with the check's last error when the
 * deadline has passed. Returns what the check returned. Where `everyMs` is not given, the pauses grow: what comes soon is seen soon, and
 * what takes long is not asked for all the time.
 */
export async function eventually<Value>(
  check: () => Promise<Value> | Value,
  { timeoutMs = 20_000, everyMs }: { timeoutMs?: number; everyMs?: number } = {},
): Promise<Value> {
  const deadline = Date.now() + timeoutMs;
  for (let pauseMs = firstPauseMs; ; pauseMs = Math.min(pauseMs * 1.4, longestPauseMs)) {
    try {
      const value = await check();
      if (value !== false) return value;
      if (Date.now() > deadline) throw new Error(`Still false after ${timeoutMs} ms`);
    } catch (error) {
      if (Date.now() > deadline) throw error;
    }
    await sleep(everyMs ?? pauseMs);
  }
}
