import { type ShallowRef, shallowRef } from 'vue';
import {
  type Conflict,
  type ConflictFilter,
  resolveConflict,
  resolveConflicts,
  type Side,
  undoDecision,
} from '../api/conflicts.ts';
import { say } from '../i18n/translate.ts';
import { conflictWords as words } from '../words/conflicts.ts';
import { usePageContext } from './page-context.ts';
import type { Grid, RowNote } from './use-grid.ts';
import { toApiError } from './use-load.ts';

const doneOf = (keep: Side) => say(keep === 'crm' ? words.doneCrm : words.doneRemote);

/**
 * What a person decides about conflicts of the list. A decided row stays in its place and says what was decided; what came of many at once
 * is in `outcome`. `changed` is told when the counts are others by now.
 */
export function useConflictActions(grid: Grid<Conflict>, changed: () => void) {
  const { api } = usePageContext();
  const outcome: ShallowRef<RowNote | null> = shallowRef(null);

  async function decideOne(conflict: Conflict, keep: Side): Promise<void> {
    try {
      const { decision_id: decision } = await resolveConflict(api, conflict.id, keep);
      const undo = decision === null ? undefined : () => void undoOne(conflict, decision);
      grid.note(conflict.id, { text: doneOf(keep), isFailure: false, isSettled: true, ...(undo && { undo }) });
      changed();
    } catch (failure) {
      grid.note(conflict.id, { text: toApiError(failure).message, isFailure: true });
    }
  }

  async function undoOne(conflict: Conflict, decision: number): Promise<void> {
    try {
      const [left] = (await undoDecision(api, decision)).left;
      grid.note(
        conflict.id,
        left ? { text: left.reason, isFailure: true, isSettled: true } : { text: say(words.undone), isFailure: false },
      );
      changed();
    } catch (failure) {
      grid.note(conflict.id, { text: toApiError(failure).message, isFailure: true });
    }
  }

  /** `count` is what the person was asked about. */
  async function decideMany(filter: ConflictFilter, keep: Side, count: number): Promise<void> {
    try {
      const { decision_id: decision, decided, left, more } = await resolveConflicts(api, filter, keep, count);
      const refused = new Set(left.map(({ id }) => id));
      for (const id of filter.ids ?? [])
        if (!refused.has(id)) grid.note(id, { text: doneOf(keep), isFailure: false, isSettled: true });
      const text = [
        say(words.decidedMany, { count: decided }),
        ...(more ? [say(words.moreLeft)] : []),
        ...leftText(left),
      ];
      const undo = decision === null ? undefined : () => void undoMany(decision);
      outcome.value = { text: text.join('. '), isFailure: left.length > 0, ...(undo && { undo }) };
      grid.clear();
      changed();
    } catch (failure) {
      outcome.value = { text: toApiError(failure).message, isFailure: true };
    }
  }

  async function undoMany(decision: number): Promise<void> {
    try {
      const { undone, left } = await undoDecision(api, decision);
      grid.notes.clear();
      const text = [say(words.undoneMany, { count: undone }), ...leftText(left)].join('. ');
      outcome.value = { text, isFailure: left.length > 0 };
      changed();
    } catch (failure) {
      outcome.value = { text: toApiError(failure).message, isFailure: true };
    }
  }

  return { outcome, decideOne, decideMany };
}

function leftText(left: readonly { reason: string }[]): string[] {
  const [first] = left;
  return first ? [say(words.leftMany, { count: left.length, reason: first.reason })] : [];
}
