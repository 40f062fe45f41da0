import { type ComputedRef, computed, shallowRef, watch } from 'vue';
import { type Preview, readPreview } from '../api/previews.ts';
import type { Run } from '../api/runs.ts';
import { estimateLeft, neverMore } from '../runs/time-left.ts';
import { usePageContext } from './page-context.ts';

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
    () => run().id,
    async () => {
      least.value = null;
      const { preview_id: id } = run();
      preview.value = id === null ? null : await readPreview(api, id).catch(() => null);
    },
    { immediate: true },
  );
  const estimate = computed(() => estimateLeft(run(), preview.value));
  watch(
    estimate,
    (seconds) => {
      least.value = neverMore(least.value, seconds);
    },
    { immediate: true },
  );
  return computed(() => {
    const seconds = least.value;
    return { seconds, isLate: seconds !== null && (estimate.value ?? 0) > 2 * seconds + 30 };
  });
}
