import type { RunSql } from './bucket.ts';

/** A portal that was not called for so long has long forgotten what it counted: its budgets are sums of ten minutes. */
const keptDays = 30;

/** Forgets the limits of portals, and of methods, that were not called for a month: renamed portals, and those that left. Repeat-safe. */
export async function dropIdleLimits(run: RunSql): Promise<void> {
  await run(
    `delete from portal_limits where refreshed_at < now() - interval '${keptDays} days'
        and (blocked_until is null or blocked_until < now())`,
    {},
  );
}
