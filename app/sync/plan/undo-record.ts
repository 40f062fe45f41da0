import type { LoadedPair } from '../pair.ts';
import { exclusionOf } from './exclusion.ts';
import { isUneventful, merge } from './merge.ts';
import { mergeInputOf, type PlanContext } from './plan-pair.ts';
import {
  creatingOperations,
  decideUndo,
  fieldOperations,
  type LeftField,
  type LeftReason,
  spansOf,
  type UndoLine,
  type UndoneFields,
} from './undo.ts';

/** What becomes of records that the run created. */
export type CreatedChoice = 'keep' | 'unlink' | 'delete';

/** What an undo does with one record. */
export interface RecordUndo {
  fields: UndoneFields;
  /** What becomes of the record as a whole. `undo_create` deletes it in the portal, `undo_import` in the CRM: reasons of a queued row. */
  whole: 'undo_create' | 'undo_import' | 'unlink' | null;
}

export interface UndoTask {
  lines: readonly UndoLine[];
  created: CreatedChoice;
  isPaused: boolean;
  /** Passes of others have changed the record since. */
  isChangedSince: boolean;
}

/** Decides about one record whose lines are to be taken back; null stands for a pair that is not there. Pure. */
export function decideRecord(context: PlanContext, pair: LoadedPair | null, task: UndoTask): RecordUndo {
  const { lines, created } = task;
  const blocked = pair ? blockOf(context, pair, task) : 'record_gone';
  if (!pair || blocked)
    return { fields: { columns: {}, undone: [], left: allOf(lines, blocked ?? 'record_gone') }, whole: null };
  const creating = lines.find(({ operation }) => creatingOperations.has(operation));
  const others = othersOf(lines);
  if (creating && created === 'unlink') return { fields: { columns: {}, undone: [], left: others }, whole: 'unlink' };
  if (creating && created === 'delete') {
    if (pair.companions.length > 0)
      return { fields: { columns: {}, undone: [], left: [...others, wholeOf(creating, 'shared')] }, whole: null };
    const edited = task.isChangedSince ? [wholeOf(creating, 'edited')] : editsSince(context, pair, lines);
    if (edited.length > 0) return { fields: { columns: {}, undone: [], left: [...others, ...edited] }, whole: null };
    const whole = creating.operation === 'import' ? 'undo_import' : 'undo_create';
    return { fields: { columns: {}, undone: [], left: others }, whole };
  }
  const fields = decideUndo(context, pair, lines);
  const kept = creating ? [wholeOf(creating, 'created_kept')] : [];
  return { fields: { ...fields, left: [...others, ...kept, ...fields.left] }, whole: null };
}

function blockOf(context: PlanContext, pair: LoadedPair, { isPaused }: UndoTask): LeftReason | null {
  const { local, remote, mapping, duplicate, question, readError } = pair;
  if (readError !== null) return 'unreadable';
  if (!local || local.deleted || !remote || mapping?.state !== 'linked' || duplicate || question) return 'record_gone';
  if (isPaused) return 'paused';
  return exclusionOf(context, pair) ? 'excluded' : null;
}

/** Deletions, closings and links. */
function othersOf(lines: readonly UndoLine[]): LeftField[] {
  const others = lines.filter(({ operation }) => !fieldOperations.has(operation) && !creatingOperations.has(operation));
  return others.map((line) => wholeOf(line, line.operation === 'link' ? 'link_kept' : 'deleted'));
}

/** A created record is deleted only while both sides are as they were made. */
function editsSince(context: PlanContext, pair: LoadedPair, lines: readonly UndoLine[]): LeftField[] {
  const { local, remote, shadows } = pair;
  if (!local || !remote) return [];
  const creating = lines.filter(({ operation }) => creatingOperations.has(operation));
  if (!isUneventful(merge(mergeInputOf(context, pair)))) return creating.map((line) => wholeOf(line, 'edited'));
  const updates = lines.map((line) => ({ ...line, operation: 'update' }));
  return spansOf(updates).flatMap(({ key, logId, side, last }): LeftField[] => {
    const field = context.fieldMap.pairs.find((one) => one.key === key);
    if (!field) return [];
    const now = side === 'crm' ? field.readLocal(local.record) : field.readRemote(remote, shadows.remote);
    return now === last ? [] : [{ key, logId, reason: 'edited', side }];
  });
}

function wholeOf({ id }: UndoLine, reason: LeftReason): LeftField {
  return { key: null, logId: id, reason };
}

/** Every field of the lines, and the lines that speak of the record as a whole. */
function allOf(lines: readonly UndoLine[], reason: LeftReason): LeftField[] {
  const whole = lines.filter(({ operation }) => !fieldOperations.has(operation)).map((line) => wholeOf(line, reason));
  return [...whole, ...spansOf(lines).map(({ key, logId }) => ({ key, logId, reason }))];
}
