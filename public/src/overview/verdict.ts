import { findOutage, type Health, type Stats } from '../api/overview.ts';

/** What the overview says first; each has a sentence, a word and a colour of its own. */
export type Verdict =
  | { name: 'notConnected' | 'outage' | 'down' | 'degraded' | 'late' | 'stopped' | 'notLoaded' | 'healthy' }
  | { name: 'failing' | 'undecided'; count: number };

/** The counts that a verdict is made of; null while they are on their way. */
export type VerdictCounts = Pick<Stats, 'records' | 'errors_failed' | 'held' | 'matches_waiting'>;

/**
 * Judges what is shown as a whole: green only while the connection works, no record fails, and nothing waits for a person. The connection
 * first, then faults and delays, then records. Pure.
 */
export function judge(health: Health | null, counts: VerdictCounts | null, conflicts: number | null): Verdict {
  if (!health?.connection) return { name: 'notConnected' };
  if (findOutage(health)) return { name: 'outage' };
  switch (health.status) {
    case 'down':
      return { name: 'down' };
    case 'paused':
      return { name: 'stopped' };
    case 'degraded':
      return { name: health.faults.length > 0 ? 'degraded' : 'late' };
    default:
      return counts ? judgeRecords(counts, conflicts ?? 0) : { name: 'healthy' };
  }
}

function judgeRecords(
  { records, errors_failed: errors, held, matches_waiting: matches }: VerdictCounts,
  conflicts: number,
): Verdict {
  const failing = Math.max(records.states.failing, errors);
  if (failing > 0) return { name: 'failing', count: failing };
  const undecided = conflicts + held + matches;
  if (undecided > 0) return { name: 'undecided', count: undecided };
  const isNew = records.links.linked === 0 && records.states.not_linked > 0;
  return { name: isNew ? 'notLoaded' : 'healthy' };
}
