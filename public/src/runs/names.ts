import type { Run } from '../api/runs.ts';
import type { Phrase } from '../i18n/phrase.ts';
import { say } from '../i18n/translate.ts';
import { activityWords as words } from '../words/activity.ts';

export const runStates: Record<Run['state'], Phrase> = {
  scheduled: words.scheduled,
  running: words.running,
  finished: words.finished,
  cancelled: words.cancelled,
  failed: words.failedState,
};

/** A run, or an undo, with its number. */
export function nameOfRun({ id, kind }: Pick<Run, 'id' | 'kind'>): string {
  return say(kind === 'undo' ? words.undoTitle : words.runTitle, { id: String(id) });
}
