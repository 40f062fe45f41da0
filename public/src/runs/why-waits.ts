import { findOutage, type Health, type LimitUsage } from '../api/overview.ts';

/** Why a run does not go on just now, and until when, where that is known. */
export type RunWait =
  | { name: 'paused'; until: null }
  | { name: 'outage'; until: string | null }
  | { name: 'limit'; until: string }
  | { name: 'suspended'; until: null };

/** What holds a run up: the connection, a person's pause, or a limit of the portal that is spent. Null: nothing. Pure. */
export function whyRunWaits(health: Health | null, usage: LimitUsage | null, now: Date): RunWait | null {
  if (!health?.connection) return null;
  if (health.connection.state === 'suspended') return { name: 'suspended', until: null };
  if (health.paused?.tenant) return { name: 'paused', until: null };
  const outage = findOutage(health);
  if (outage) return { name: 'outage', until: outage.next_try_at };
  const blocked = [
    health.connection.paused_until,
    usage?.requests?.blocked_until,
    ...(usage?.methods ?? []).map((one) => one.blocked_until),
  ]
    .filter((until): until is string => typeof until === 'string' && Date.parse(until) > now.getTime())
    .sort();
  const last = blocked.at(-1);
  return last === undefined ? null : { name: 'limit', until: last };
}
