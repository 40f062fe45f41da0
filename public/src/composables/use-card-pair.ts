import { computed, onScopeDispose, ref, watch } from 'vue';
import { readCardPair } from '../api/cards.ts';
import type { Mapping } from '../api/records.ts';
import { usePageContext } from './page-context.ts';
import { useLoad } from './use-load.ts';

/** The server asks the portal for one record once in this time, however many look at it. */
const sharedMs = 1000;

/**
 * The pair behind a card, read anew when the mapping tells of a change and when the tab is shown again. `isOld`: what is known may be from
 * before the tab was shown, while somebody could save in the card around it.
 */
export function useCardPair(props: { mapping: Mapping; isDone: boolean; isShown: boolean }) {
  const { api } = usePageContext();
  let askedAt = 0;
  const { data, error, reload } = useLoad(
    async (signal) => {
      const mine = Date.now();
      askedAt = mine;
      return { askedAt: mine, pair: await readCardPair(api, props.mapping, signal) };
    },
    { everyMs: 15_000 },
  );
  watch(
    () => [props.mapping.last_sync_at, props.mapping.paused, props.isDone],
    () => void reload(),
  );

  /** What was asked for before this moment is old. */
  const freshFrom = ref(0);
  let waiting: ReturnType<typeof setTimeout>;
  watch(
    () => props.isShown,
    (isShown) => {
      clearTimeout(waiting);
      // Said while it is hidden yet: the first picture must not be of before.
      if (!isShown) freshFrom.value = Number.POSITIVE_INFINITY;
      else {
        freshFrom.value = Math.max(Date.now(), askedAt + sharedMs);
        waiting = setTimeout(() => void reload(), freshFrom.value - Date.now());
      }
    },
  );
  onScopeDispose(() => clearTimeout(waiting));

  return {
    pair: computed(() => data.value?.pair ?? null),
    isOld: computed(() => (data.value?.askedAt ?? 0) < freshFrom.value),
    error,
    reload,
  };
}
