import { type ShallowRef, shallowRef } from 'vue';
import {
  type Chosen,
  closeIssues,
  excludeIssues,
  type Issue,
  reopenIssues,
  retryIssue,
  retryIssues,
  snoozeIssues,
} from '../api/errors.ts';
import { formatTime } from '../i18n/format.ts';
import type { Phrase } from '../i18n/phrase.ts';
import { say } from '../i18n/translate.ts';
import { issueWords as words } from '../words/issues.ts';
import { usePageContext } from './page-context.ts';
import type { Grid, RowNote } from './use-grid.ts';
import { toApiError } from './use-load.ts';
import { useRetry } from './use-retry.ts';

const hourMs = 3_600_000;
export const snoozes = [
  { label: words.laterHour, ms: hourMs },
  { label: words.laterDay, ms: 24 * hourMs },
  { label: words.laterWeek, ms: 7 * 24 * hourMs },
] as const;

/** Something that is done with one error or with many: what is said of each row, and of all. */
interface Deed {
  act(
    chosen: Chosen,
  ): Promise<{ ids: number[] | null; all: string; one: string; undo?: (() => Promise<unknown>) | undefined }>;
}

/**
 * What a person does with errors of the list. What came of it is said in the rows, which keep their places, and, where many were chosen,
 * beside the bar of the selection: `outcome`. `changed` is told when the counts are others by now.
 */
export function useIssueActions(grid: Grid<Issue>, chosen: () => Chosen, changed: () => void) {
  const { api } = usePageContext();
  const outcome: ShallowRef<RowNote | null> = shallowRef(null);
  const single = new Map<number, number>();
  const { retry, follow } = useRetry((known) => {
    const row = single.get(known.id);
    if (row !== undefined) noteRetried(row, known);
    if (known.waiting === 0) changed();
  });

  function noteRetried(row: number, known: NonNullable<typeof retry.value>): void {
    if (known.waiting > 0) return;
    const [cause] = known.causes ?? [];
    grid.note(
      row,
      cause
        ? { text: say(words.retryFailed, { title: cause.title }), isFailure: true }
        : { text: say(words.retryMended), isFailure: false },
    );
  }

  async function retryOne({ id }: Issue): Promise<void> {
    await guarded(id, async () => {
      grid.note(id, { text: say(words.retryStarted), isFailure: false });
      const { retry_id: retryId } = await retryIssue(api, id);
      if (retryId === null) return grid.note(id, { text: say(words.retryMended), isFailure: false });
      single.set(retryId, id);
      follow(retryId);
    });
  }

  async function retryChosen(wanted: Chosen = chosen()): Promise<void> {
    await guarded(null, async () => {
      const { retry_id: retryId } = await retryIssues(api, wanted);
      outcome.value = retryId === null ? { text: say(words.nothingToRetry), isFailure: false } : null;
      grid.clear();
      // What was mended leaves the list.
      grid.notes.clear();
      if (retryId !== null) follow(retryId);
    });
  }

  /** A failure is said where the person looks: in the row, or beside the bar. */
  async function guarded(row: number | null, action: () => Promise<unknown>): Promise<void> {
    try {
      await action();
    } catch (failure) {
      const note = { text: toApiError(failure).message, isFailure: true };
      if (row === null) outcome.value = note;
      else grid.note(row, note);
    }
  }

  function run(deed: Deed, row: Issue | null): Promise<void> {
    return guarded(row?.id ?? null, async () => {
      const wanted = row ? { ids: [row.id] } : chosen();
      const done = await deed.act(wanted);
      const rows = row ? [row.id] : (done.ids ?? ('ids' in wanted ? (wanted.ids ?? []) : []));
      const undo = done.undo && takeBack(rows, done.undo, row === null);
      const shown = new Set(grid.rows.value?.map(({ id }) => id));
      for (const id of rows.filter((one) => shown.has(one)))
        grid.note(id, { text: done.one, isFailure: false, ...(row && undo && { undo }) });
      if (!row) {
        outcome.value = { text: done.all, isFailure: false, ...(undo && { undo }) };
        grid.clear();
      }
      changed();
    });
  }

  function takeBack(rows: readonly number[], undo: () => Promise<unknown>, isMany: boolean): () => void {
    return () =>
      void guarded(isMany ? null : (rows[0] ?? null), async () => {
        await undo();
        for (const id of rows) if (grid.notes.has(id)) grid.note(id, { text: say(words.reopened), isFailure: false });
        if (isMany) outcome.value = { text: say(words.reopenedMany, { count: rows.length }), isFailure: false };
        changed();
      });
  }

  const close: Deed = {
    async act(wanted) {
      const { closed, ids } = await closeIssues(api, wanted);
      return { ids, ...texts(words.closedMany, closed, say(words.closedOne)), undo: () => reopenIssues(api, ids) };
    },
  };
  const exclude: Deed = {
    async act(wanted) {
      const { excluded, ids, skipped } = await excludeIssues(api, wanted);
      const said = texts(words.excluded, excluded, say(words.excludedOne));
      const all = skipped > 0 ? `${said.all}. ${say(words.skipped, { count: skipped })}` : said.all;
      const undo = ids.length > 0 ? () => reopenIssues(api, ids) : undefined;
      return { ids, one: ids.length > 0 ? said.one : all, all, undo };
    },
  };
  const snooze = (ms: number | null): Deed => ({
    async act(wanted) {
      const until = ms === null ? null : new Date(Date.now() + ms).toISOString();
      const { snoozed } = await snoozeIssues(api, wanted, until);
      const one = until === null ? say(words.reopened) : say(words.snoozedOne, { time: formatTime(until) });
      const ids = 'ids' in wanted ? (wanted.ids ?? null) : null;
      const undo = ids && until !== null ? () => snoozeIssues(api, { ids }, null) : undefined;
      return { ids, ...texts(until === null ? words.reopenedMany : words.snoozed, snoozed, one), undo };
    },
  });
  const reopen: Deed = {
    async act(wanted) {
      const ids = 'ids' in wanted ? (wanted.ids ?? []) : [];
      const { reopened } = await reopenIssues(api, ids);
      return { ids, ...texts(words.reopenedMany, reopened, say(words.reopened)) };
    },
  };
  return { outcome, retry, follow, retryOne, retryChosen, run, deeds: { close, exclude, snooze, reopen } };
}

function texts(many: Phrase, count: number, one: string) {
  return { all: say(many, { count }), one };
}
