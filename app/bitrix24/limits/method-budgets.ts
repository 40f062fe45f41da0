import type { RunSql } from './bucket.ts';
import { emptyBudget, type MethodBudget } from './pacer.ts';

/** A budget, and the version of its row; null where there is no row yet. */
interface SeenBudget {
  budget: MethodBudget;
  version: string | null;
}

interface BudgetRow {
  version: string;
  level: number;
  refreshed_at: Date;
  cost: number | null;
  blocked_until: Date | null;
}

export type MethodBudgets = ReturnType<typeof makeMethodBudgets>;

/**
 * Makes the execution time that portals grant their methods, as all processes share it through PostgreSQL. No row is locked: a change is
 * written only onto the version that it was made from. This process mostly wrote the last version itself, so one statement is enough.
 */
export function makeMethodBudgets(run: RunSql) {
  // What was last seen. It may be older than what stands in the table: a write that comes too late tells so.
  const seen = new Map<string, SeenBudget>();

  async function read(portal: string, method: string): Promise<SeenBudget> {
    const [row] = await run<BudgetRow>(
      `select xmin::text as version, level, refreshed_at, cost, blocked_until from portal_limits
        where portal = $portal and lane = $lane`,
      { portal, lane: laneOf(method) },
    );
    if (!row) return { budget: emptyBudget, version: null };
    const { version, level, cost } = row;
    const times = { refreshedAt: row.refreshed_at.getTime(), blockedUntil: row.blocked_until?.getTime() ?? null };
    return { budget: { level, cost, ...times }, version };
  }

  /** Writes onto the version that was seen; returns the new one, or null when another came between. */
  async function write(
    portal: string,
    method: string,
    { version }: SeenBudget,
    budget: MethodBudget,
  ): Promise<string | null> {
    const bind = {
      ...{ portal, lane: laneOf(method), level: budget.level, cost: budget.cost },
      refreshedAt: new Date(budget.refreshedAt),
      blockedUntil: budget.blockedUntil === null ? null : new Date(budget.blockedUntil),
    };
    const [row] = await run<{ version: string }>(
      version === null
        ? `insert into portal_limits (portal, lane, level, refreshed_at, cost, blocked_until)
           values ($portal, $lane, $level, $refreshedAt, $cost, $blockedUntil)
           on conflict do nothing returning xmin::text as version`
        : `update portal_limits set level = $level, refreshed_at = $refreshedAt, cost = $cost, blocked_until = $blockedUntil
            where portal = $portal and lane = $lane and xmin::text = $version returning xmin::text as version`,
      version === null ? bind : { ...bind, version },
    );
    return row?.version ?? null;
  }

  return {
    /** Changes a budget; returns what `change` returns. `change` is pure: it runs again for each version that another process wrote meanwhile. */
    async change<Value>(
      portal: string,
      method: string,
      change: (budget: MethodBudget) => { budget: MethodBudget; value: Value },
    ): Promise<Value> {
      const key = `${portal} ${method}`;
      for (let known = seen.get(key); ; known = undefined) {
        const base = known ?? (await read(portal, method));
        const { budget, value } = change(base.budget);
        const version = await write(portal, method, base, budget);
        if (version === null) continue;
        seen.set(key, { budget, version });
        return value;
      }
    },

    /** A budget as it was last seen here; the first time, as it stands in the table. */
    async lastSeen(portal: string, method: string): Promise<MethodBudget> {
      return (seen.get(`${portal} ${method}`) ?? (await read(portal, method))).budget;
    },
  };
}

function laneOf(method: string): string {
  return `method:${method}`;
}
