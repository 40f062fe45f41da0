import { type ComputedRef, computed, shallowRef, watch } from 'vue';
import { type Preview, readPreview } from '../api/previews.ts';
import type { Run } from '../api/runs.ts';
import { usePageContext } from './page-context.ts';

/** This share of a run shows its rate well enough; before, what was forecast for its portal says more. */
const measuredShare = 0.1;

export interface TimeLeft {
  /** Seconds; null while nothing can be said. Never more than was shown before. */
  seconds: number | null;
  /** What was shown has turned out to be too little. */
  isLate: boolean;
}

/**
 * How long a run still takes. It begins with the forecast of the preview that the run was started from, goes on with the run's own rate,
 * and never grows: a person who was told three minutes is told that it takes longer, and no larger number.
 */
export function useTimeLeft(run: () => Run): ComputedRef<TimeLeft> {
  const { api } = usePageContext();
  const preview = shallowRef<Preview | null>(null);
  const least = shallowRef<number | null>(null);
  watch(
    () => run().preview_id,
    async (id) => {
      least.value = null;
      preview.value = id === null ? null : await readPreview(api, id).catch(() => null);
    },
    { immediate: true },
  );
  const estimate = computed(() => estimateLeft(run(), preview.value));
  watch(
    estimate,
    (seconds) => {
      if (seconds !== null) least.value = Math.min(seconds, least.value ?? seconds);
    },
    { immediate: true },
  );
  return computed(() => {
    const seconds = least.value;
    return { seconds, isLate: seconds !== null && (estimate.value ?? 0) > 2 * seconds + 30 };
  });
}

/** Seconds by the run's own rate or, at its beginning, by the forecast for its portal; null when neither says anything. Pure. */
export function estimateLeft(run: Pick<Run, 'done' | 'total' | 'eta_sec'>, preview: Preview | null): number | null {
  const share = run.total > 0 ? run.done / run.total : 0;
  if (run.eta_sec !== null && (share >= measuredShare || !preview?.forecast)) return run.eta_sec;
  if (!preview?.forecast) return null;
  // The first records of a preview take their part of its time.
  const part = run.total > 0 ? Math.min(1, run.total / Math.max(1, preview.run.total)) : 1;
  return Math.ceil(preview.forecast.seconds * part * (1 - share));
}
