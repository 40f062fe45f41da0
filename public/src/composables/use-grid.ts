import { computed, reactive, ref, shallowRef, watch } from 'vue';
import type { AddressState } from '../grid/address.ts';
import { keepOrder } from '../grid/keep-order.ts';
import { useLoad } from './use-load.ts';
import type { Outcome } from './use-outcome.ts';

export interface GridRow {
  id: number;
}

/** What became of a row, said in it; `undo` takes it back. */
export interface RowNote extends Outcome {
  undo?: () => void;
  /** Nothing is left to be decided about the row. */
  isSettled?: boolean;
}

export interface GridPage<Row> {
  rows: Row[];
  /** How many rows the filter shows, on all pages. */
  total: number;
  pages: number;
}

export type Grid<Row extends GridRow> = ReturnType<typeof useGrid<Row, AddressState & { page: number }>>;

/**
 * A list with pages, filters and a selection. `filter` is what the list is narrowed by, its page included: when anything else of it
 * changes the first page opens and the selection ends. `rows` is null while the rows of that very filter and page are on their way.
 * A row that was acted on keeps its place, with its note, until the filter or the page changes: nothing moves under the pointer.
 */
export function useGrid<Row extends GridRow, Filter extends AddressState & { page: number }>(options: {
  filter: Filter;
  load(filter: Filter, signal: AbortSignal): Promise<GridPage<Row>>;
  everyMs?: number;
}) {
  const { filter, load, everyMs } = options;
  const key = computed(() => JSON.stringify(filter));
  const notes = reactive(new Map<number, RowNote>());
  const shown = shallowRef<{ key: string; page: GridPage<Row> } | null>(null);
  const list = useLoad(
    async (signal) => {
      const asked = key.value;
      return { key: asked, page: await load({ ...filter }, signal) };
    },
    { on: [key], ...(everyMs !== undefined && { everyMs }) },
  );
  watch(list.data, (answer) => {
    const former = shown.value;
    if (!answer || notes.size === 0 || former?.key !== answer.key) shown.value = answer;
    else {
      const rows = keepOrder(former.page.rows, answer.page.rows);
      shown.value = { key: answer.key, page: { ...answer.page, rows } };
    }
  });

  const selection = ref<Record<string, boolean>>({});
  /** Everything that the filter shows is chosen, on all pages. */
  const isAllChosen = ref(false);
  const selectedIds = computed(() =>
    Object.entries(selection.value).flatMap(([id, isChosen]) => (isChosen ? [Number(id)] : [])),
  );
  function clear(): void {
    selection.value = {};
    isAllChosen.value = false;
  }
  watch(
    () => JSON.stringify({ ...filter, page: 0 }),
    () => {
      filter.page = 1;
      clear();
    },
    { flush: 'sync' },
  );
  watch(key, () => notes.clear());
  watch(selection, () => {
    isAllChosen.value = false;
  });

  const current = computed(() => (shown.value?.key === key.value ? shown.value.page : null));
  return {
    filter,
    rows: computed(() => current.value?.rows ?? null),
    /** As the last answer says, also while the next one is on its way. */
    total: computed(() => shown.value?.page.total ?? null),
    pages: computed(() => shown.value?.page.pages ?? 1),
    error: list.error,
    reload: list.reload,
    notes,
    selection,
    selectedIds,
    isAllChosen,
    chosenCount: computed(() => (isAllChosen.value ? (shown.value?.page.total ?? 0) : selectedIds.value.length)),
    clear,
    /** Says at the row what became of it, and keeps the row in its place. */
    note(id: number, outcome: RowNote): void {
      notes.set(id, outcome);
    },
    /** Forgets the notes and loads the list as it is now. */
    async refresh(): Promise<void> {
      notes.clear();
      await list.reload();
    },
  };
}
