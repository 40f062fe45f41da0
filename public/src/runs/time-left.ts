import type { Preview } from '../api/previews.ts';
import type { Run } from '../api/runs.ts';

/** This share of a run shows its rate well enough; before, what was forecast for its portal says more. */
const measuredShare = 0.1;

/** Seconds by the run's own rate or, at its beginning, by the forecast for its portal; null when neither says anything. Pure. */
export function estimateLeft(run: Pick<Run, 'done' | 'total' | 'eta_sec'>, preview: Preview | null): number | null {
  const share = run.total > 0 ? run.done / run.total : 0;
  if (run.eta_sec !== null && (share >= measuredShare || !preview?.forecast)) return run.eta_sec;
  if (!preview?.forecast) return null;
  // The first records of a preview take their part of its time.
  const part = run.total > 0 ? Math.min(1, run.total / Math.max(1, preview.run.total)) : 1;
  return Math.ceil(preview.forecast.seconds * part * (1 - share));
}

/** The seconds to show after those that were shown: never more. Pure. */
export function neverMore(shown: number | null, estimate: number | null): number | null {
  return estimate === null ? shown : Math.min(estimate, shown ?? estimate);
}
