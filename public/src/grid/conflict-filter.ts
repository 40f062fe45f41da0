import type { ConflictFilter } from '../api/conflicts.ts';

export const conflictStates = ['open', 'asked', 'resolved'] as const;
export const conflictAges = ['day', 'week'] as const;

/** What the page's address says of conflicts; an empty text narrows nothing. */
export interface ConflictAddress {
  state: (typeof conflictStates)[number];
  local_type: string;
  field: string;
  winner: string;
  age: string;
  q: string;
}

const hourMs = 3_600_000;
const olderMs: Readonly<Record<string, number>> = { day: 24 * hourMs, week: 7 * 24 * hourMs };

/** What the server is asked for. The moment of an age is rounded to the hour, so that the same question stays the same. */
export function wantedConflicts(address: ConflictAddress, now = Date.now()): ConflictFilter {
  const { state, local_type, field, winner, age, q } = address;
  const older = olderMs[age];
  return {
    ...(local_type && { local_type }),
    ...(field && { field }),
    ...(winner && { winner }),
    ...(state === 'asked' && { standing: true }),
    ...(older !== undefined && { until: new Date(Math.floor((now - older) / hourMs) * hourMs).toISOString() }),
    ...(q && { q }),
  };
}
