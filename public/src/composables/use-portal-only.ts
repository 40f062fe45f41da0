import { computed, onScopeDispose, reactive, ref, shallowRef, watch } from 'vue';
import type { ApiError } from '../api/error.ts';
import type { Kind } from '../api/kinds.ts';
import { listPortalOnly } from '../api/portal-only.ts';
import { type PortalOnlyRow, toPortalRows } from '../records/portal-only.ts';
import { usePageContext } from './page-context.ts';
import type { RowNote } from './use-grid.ts';
import { toApiError } from './use-load.ts';

/** Rows that are added at a time, as far as the portal has them. */
const wantedRows = 20;
/** Each answer costs the portal a few requests: after so many a person decides whether it goes on. */
const mostAnswers = 5;

/**
 * The list of records that are in Bitrix24 alone: read in the portal, so that it grows by a press and is never loaded by itself again.
 * It begins anew when what is asked for changes. `rows` is null until there is something to show, or nothing is left to look at.
 */
export function usePortalOnly(asked: () => { kind: Kind; q: string }) {
  const { api } = usePageContext();
  const rows = shallowRef<PortalOnlyRow[]>([]);
  const cursor = ref<string | null>('');
  const lookedAt = ref(0);
  const isLoading = ref(false);
  const error = shallowRef<ApiError | null>(null);
  const notes = reactive(new Map<number, RowNote>());
  const selection = ref<Record<string, boolean>>({});
  let current: AbortController | undefined;

  async function lookOn(): Promise<void> {
    current?.abort();
    const mine = new AbortController();
    current = mine;
    isLoading.value = true;
    error.value = null;
    const wanted = rows.value.length + wantedRows;
    const { kind: local_type, q } = asked();
    try {
      for (let answer = 0; answer < mostAnswers && cursor.value !== null && rows.value.length < wanted; answer += 1) {
        const page = await listPortalOnly(api, { local_type, q, cursor: cursor.value }, mine.signal);
        if (mine.signal.aborted) return;
        rows.value = [...rows.value, ...toPortalRows(page.records)];
        lookedAt.value += page.looked_at;
        cursor.value = page.next_cursor;
      }
    } catch (failure) {
      if (!mine.signal.aborted) error.value = toApiError(failure);
    } finally {
      if (current === mine) isLoading.value = false;
    }
  }

  /** From the beginning; notes and the selection end. */
  function restart(): Promise<void> {
    rows.value = [];
    cursor.value = '';
    lookedAt.value = 0;
    notes.clear();
    selection.value = {};
    return lookOn();
  }

  watch(() => JSON.stringify(asked()), restart);
  onScopeDispose(() => current?.abort());
  void restart();

  return {
    rows,
    lookedAt,
    isLoading,
    error,
    notes,
    selection,
    isOver: computed(() => cursor.value === null),
    selected: computed(() => rows.value.filter(({ id }) => selection.value[id])),
    lookOn,
    restart,
  };
}
