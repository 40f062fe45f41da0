import { createFromCard, linkCard } from '../api/cards.ts';
import { createFromPortal } from '../api/portal-only.ts';
import { say } from '../i18n/translate.ts';
import type { PortalOnlyRow } from '../records/portal-only.ts';
import { portalOnlyWords as words } from '../words/portal-only.ts';
import { recordListWords } from '../words/record-list.ts';
import { usePageContext } from './page-context.ts';
import type { RowNote } from './use-grid.ts';
import { toApiError } from './use-load.ts';
import { useOutcome } from './use-outcome.ts';

/** Records that one request takes. */
const mostRecords = 100;

/**
 * What is done with records that are in Bitrix24 alone. Each row says what became of it, `several.outcome` says it of a selection. What makes
 * or links one record resolves to the pair's number, null where there is none yet.
 */
export function usePortalActions(note: (id: number, note: RowNote) => void) {
  const { api } = usePageContext();

  async function act(row: PortalOnlyRow, work: () => ReturnType<typeof createFromCard>, done: string) {
    try {
      const { mapping, error, done: isDone } = await work();
      const text = isDone ? done : (error?.message ?? say(words.didQueue));
      note(row.id, { text, isFailure: !isDone && error !== null, isSettled: isDone });
      return isDone ? (mapping?.id ?? null) : null;
    } catch (failure) {
      note(row.id, { text: toApiError(failure).message, isFailure: true });
      return null;
    }
  }

  const several = useOutcome(async (rows: readonly PortalOnlyRow[]) => {
    const [first] = rows;
    if (!first) return undefined;
    if (rows.length > mostRecords) return say(words.tooMany);
    const ids = rows.map(({ id }) => id);
    const { done, left } = await createFromPortal(api, first.local_type, ids);
    for (const { id, bitrix24_id } of rows) {
      const refused = left.find((one) => one.bitrix24_id === bitrix24_id);
      note(id, refused ? { text: refused.error, isFailure: true } : { text: say(words.didQueue), isFailure: false });
    }
    return say(recordListWords.outcome, { done, count: rows.length });
  });

  return {
    several,
    create: (row: PortalOnlyRow) =>
      act(row, () => createFromCard(api, row.bitrix24_type, row.id), say(words.didCreate)),
    link: (row: PortalOnlyRow, localId: number) =>
      act(row, () => linkCard(api, row.bitrix24_type, row.id, localId), say(words.didLink)),
  };
}
