import { computed, ref, shallowRef, type WatchSource, watch } from 'vue';
import { type ActivityLine, type ActivityQuery, activityFile, readActivity } from '../api/activity.ts';
import { saveFile } from '../frame/save-file.ts';
import { usePageContext } from './page-context.ts';
import { useLoad } from './use-load.ts';
import { useOutcome } from './use-outcome.ts';

const pageSize = 50;

/** Lines of the activity, or of one run, the newest first; older ones are added below on demand. */
export function useActivity(runId: number | null, query: () => ActivityQuery, on: WatchSource[] = []) {
  const { api } = usePageContext();
  const older = shallowRef<ActivityLine[]>([]);
  const cursor = ref<string | null>(null);
  /** The answer knows what it was asked for: rows of a former filter are never shown under a new one. */
  const key = computed(() => JSON.stringify(query()));
  const first = useLoad(
    async (signal) => {
      const asked = key.value;
      return { asked, page: await readActivity(api, runId, { ...query(), limit: pageSize }, signal) };
    },
    { on: [key, ...on] },
  );
  watch(first.data, (answer) => {
    older.value = [];
    cursor.value = answer?.page.next_cursor ?? null;
  });
  const more = useOutcome(async () => {
    if (cursor.value === null) return undefined;
    const asked = key.value;
    const page = await readActivity(api, runId, { ...query(), limit: pageSize, cursor: cursor.value });
    if (asked !== key.value) return undefined;
    older.value = [...older.value, ...page.items];
    cursor.value = page.next_cursor;
    return undefined;
  });
  const download = useOutcome(async () => {
    saveFile(
      await activityFile(api, runId, query()),
      runId === null ? 'axenta-activity.csv' : `axenta-run-${runId}.csv`,
    );
    return undefined;
  });
  const isCurrent = computed(() => first.data.value?.asked === key.value);
  return {
    lines: computed(() => (isCurrent.value ? [...(first.data.value?.page.items ?? []), ...older.value] : null)),
    error: first.error,
    reload: first.reload,
    hasMore: computed(() => cursor.value !== null),
    more,
    download,
  };
}
