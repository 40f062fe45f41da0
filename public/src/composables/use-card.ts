import { computed, onScopeDispose, watch } from 'vue';
import { type CardState, createFromCard, linkCard, readCard } from '../api/cards.ts';
import type { CardType } from '../api/kinds.ts';
import { say } from '../i18n/translate.ts';
import { cardWords } from '../words/card.ts';
import { usePageContext } from './page-context.ts';
import { useAction } from './use-action.ts';
import { useLoad } from './use-load.ts';
import { useNotice } from './use-notices.ts';

/** What waits is usually done in a moment. */
const waitingMs = 2000;

/** What stands behind the card around a tab, and what can be done about it. */
export function useCard(type: CardType, id: number) {
  const { api, frame } = usePageContext();
  const notice = useNotice();
  const { data, error, reload } = useLoad((signal) => readCard(api, type, id, signal), { everyMs: 15_000 });

  let soon: ReturnType<typeof setTimeout>;
  watch(data, (state) => {
    clearTimeout(soon);
    if (state?.mapping && !state.done && !state.error) soon = setTimeout(() => void reload(), waitingMs);
  });
  onScopeDispose(() => clearTimeout(soon));

  function take(state: CardState, success: string): void {
    data.value = state;
    if (state.error) notice.failure(state.error.message);
    else notice.success(success);
    frame?.reloadCard();
  }

  const link = useAction(async (localId: number) =>
    take(await linkCard(api, type, id, localId), say(cardWords.linked)),
  );
  const create = useAction(async () => take(await createFromCard(api, type, id), say(cardWords.created)));
  const isBusy = computed(() => link.isBusy.value || create.isBusy.value);
  return { data, error, reload, link: link.run, create: create.run, isBusy };
}
