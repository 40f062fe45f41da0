import { computed, ref } from 'vue';
import { type ActedRecords, actOnRecords, type RecordAction } from '../api/records.ts';
import { say } from '../i18n/translate.ts';
import type { CrmRecord, RecordRow } from '../records/listed.ts';
import { recordListWords as words } from '../words/record-list.ts';
import { usePageContext } from './page-context.ts';
import { toApiError } from './use-load.ts';
import type { Outcome } from './use-outcome.ts';

/** What takes a question first: it cannot simply be done the other way round. */
const asked = {
  unlink: { title: words.unlinkAsk, text: words.unlinkText },
  recreate: { title: words.recreateAsk, text: words.recreateText },
} as const;

/** Where the outcomes of single rows are said. */
interface Notes {
  note(id: number, outcome: Outcome): void;
  reload(): Promise<void>;
}

const isOfCrm = (row: RecordRow): row is RecordRow & CrmRecord => row.local_id !== null;

/**
 * What is done with one record or with several: what cannot be taken back is asked about first. Each row says what became of it; `summary`
 * says it of several.
 */
export function useRecordActions(notes: Notes) {
  const { api } = usePageContext();
  const question = ref<{ action: keyof typeof asked; rows: RecordRow[] } | null>(null);
  const summary = ref<Outcome | null>(null);
  const isBusy = ref(false);

  function tell(rows: RecordRow[], action: RecordAction, { done, left }: ActedRecords): void {
    for (const row of rows) {
      const refused = left.find((one) => one.local_type === row.local_type && one.local_id === row.local_id);
      notes.note(
        row.id,
        refused ? { text: refused.error, isFailure: true } : { text: say(words[`did_${action}`]), isFailure: false },
      );
    }
    if (rows.length > 1)
      summary.value = { text: say(words.outcome, { done, count: rows.length }), isFailure: done === 0 };
  }

  async function run(action: RecordAction, chosen: readonly RecordRow[]): Promise<void> {
    const rows = chosen.filter(isOfCrm);
    if (isBusy.value || rows.length === 0) return;
    isBusy.value = true;
    summary.value = null;
    try {
      const records = rows.map(({ local_type, local_id }) => ({ local_type, local_id }));
      tell(rows, action, await actOnRecords(api, action, records));
      await notes.reload();
    } catch (failure) {
      summary.value = { text: toApiError(failure).message, isFailure: true };
    } finally {
      isBusy.value = false;
      question.value = null;
    }
  }

  return {
    isBusy,
    summary,
    question: computed(() => {
      if (!question.value) return null;
      const { action, rows } = question.value;
      return { title: say(asked[action].title, { count: rows.length }), text: `${say(asked[action].text)}.` };
    }),
    /** Does it at once, or asks first. */
    start(action: RecordAction, rows: readonly RecordRow[]): void {
      if (action === 'unlink' || action === 'recreate') question.value = { action, rows: [...rows] };
      else void run(action, rows);
    },
    async confirm(): Promise<void> {
      if (question.value) await run(question.value.action, question.value.rows);
    },
    cancel(): void {
      question.value = null;
    },
  };
}
