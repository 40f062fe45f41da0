import { setTimeout as sleep } from 'node:timers/promises';

/**
 * Tries until the check passes (returns something else than false, and does not throw); fails with the check's last error when the
 * deadline has passed. Returns what the check returned.
 */
export async function eventually<Value>(
  check: () => Promise<Value> | Value,
  { timeoutMs = 20_000, everyMs = 25 }: { timeoutMs?: number; everyMs?: number } = {},
): Promise<Value> {
  const deadline = Date.now() + timeoutMs;
  for (;;) {
    try {
      const value = await check();
      if (value !== false) return value;
      if (Date.now() > deadline) throw new Error(`Still false after ${timeoutMs} ms`);
    } catch (error) {
      if (Date.now() > deadline) throw error;
    }
    await sleep(everyMs);
  }
}
