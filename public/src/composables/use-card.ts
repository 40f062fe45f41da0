import { computed, onScopeDispose } from 'vue';
import { type CardState, createFromCard, linkCard, readCard, relinkCard, syncCard } from '../api/cards.ts';
import { ApiError } from '../api/error.ts';
import type { CardType } from '../api/kinds.ts';
import { say } from '../i18n/translate.ts';
import { cardWords } from '../words/card.ts';
import { recordWords } from '../words/records.ts';
import { usePageContext } from './page-context.ts';
import { useLoad } from './use-load.ts';
import { useOutcome } from './use-outcome.ts';
import { useShown } from './use-shown.ts';

/** Somebody who saved in the card looks here next: one short question, while the tab is on the screen. */
const lookMs = 1200;

/** What stands behind the card around a tab, and what can be done about it. `isShown`: the tab is on the screen. */
export function useCard(type: CardType, id: number) {
  const { api, frame } = usePageContext();
  const { data, error, isLoading, reload } = useLoad((signal) => readCard(api, type, id, signal));
  const isShown = useShown(() => void reload());
  const timer = setInterval(() => {
    if (isShown.value && !isLoading.value) void reload();
  }, lookMs);
  onScopeDispose(() => clearInterval(timer));

  /** Takes what came of it; the failure of the pair itself is a failure for the person, too. */
  function take(state: CardState, success: string): string {
    data.value = state;
    frame?.reloadCard();
    if (state.error) throw new ApiError({ status: 409, code: state.error.code, message: state.error.message });
    return success;
  }

  const link = useOutcome(async (localId: number, isInstead: boolean) => {
    const state = await (isInstead ? relinkCard : linkCard)(api, type, id, localId);
    return take(state, say(cardWords.linked));
  });
  const create = useOutcome(async () => take(await createFromCard(api, type, id), say(cardWords.created)));
  const sync = useOutcome(async () => {
    const state = await syncCard(api, type, id);
    return take(state, say(state.done ? recordWords.synced : recordWords.syncQueued));
  });
  const isBusy = computed(() => link.isBusy.value || create.isBusy.value);
  return { data, error, reload, isShown, link, create, sync, isBusy };
}
