import { syncCard } from '../api/cards.ts';
import type { Mapping } from '../api/records.ts';
import { say } from '../i18n/translate.ts';
import { recordWords } from '../words/records.ts';
import { usePageContext } from './page-context.ts';
import { useAction } from './use-action.ts';
import { useNotice } from './use-notices.ts';

/** "Synchronise now" of one pair, with its outcome in a notice. */
export function useCardSync(onDone: () => unknown) {
  const { api } = usePageContext();
  const notice = useNotice();
  return useAction(async (mapping: Mapping) => {
    const { done, error } = await syncCard(api, mapping.bitrix24_type, mapping.bitrix24_id);
    if (error) notice.failure(error.message);
    else notice.success(say(done ? recordWords.synced : recordWords.syncQueued));
    await onDone();
  });
}
