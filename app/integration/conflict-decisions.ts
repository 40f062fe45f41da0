import { UniqueConstraintError } from 'sequelize';
import { AppError, notFound, type Text } from '../lib/errors.ts';
import type { Database } from '../models/database.ts';
import { retryingTransaction } from '../models/retrying-transaction.ts';
import { endDecision, findDecision, openDecision, reopenConflict } from '../sync/journal/conflict-decisions.ts';
import { writeLocal } from '../sync/load/local-rows.ts';
import { type ConflictFilter, countConflicts, decidedIds, openIds } from './conflict-list.ts';
import { columnsFor, columnsToPutBack, lockConflict, resolveConflict, valueTaken } from './conflicts.ts';

/** Conflicts of one call: more are decided by several. */
const mostAtOnce = 1000;

/** A conflict that stayed as it was, and why. */
export interface LeftConflict {
  id: number;
  code: string;
  text: Text;
}

export interface DecidedMany {
  decisionId: number | null;
  decided: number;
  left: LeftConflict[];
  /** Open conflicts that fit still: the call is to be repeated. */
  more: boolean;
}

/**
 * Settles every open conflict that fits a filter for one side. `expected` is how many the person was shown: where there are others by now,
 * nothing is decided. Each is decided by itself; what cannot be is listed. Throws 409 `count_changed`.
 */
export async function resolveMany(
  db: Database,
  tenantId: number,
  filter: ConflictFilter,
  choice: { keep: 'crm' | 'bitrix24'; actor: string; expected: number | undefined; signal: AbortSignal },
): Promise<DecidedMany> {
  const { keep, actor, expected, signal } = choice;
  const count = await countConflicts(db, tenantId, { ...filter, state: 'open' });
  if (expected !== undefined && count !== expected) throw countChanged(count);
  const ids = await openIds(db, tenantId, filter, mostAtOnce);
  if (ids.length === 0) return { decisionId: null, decided: 0, left: [], more: false };
  const decisionId = await openDecision(db, tenantId, { keep, actor });
  const left: LeftConflict[] = [];
  for (const id of ids) {
    if (signal.aborted) break;
    const refusal = await attempt(() => resolveConflict(db, tenantId, id, { keep, actor, decisionId }));
    if (refusal) left.push({ id, ...refusal });
  }
  return { decisionId, decided: ids.length - left.length, left, more: count > ids.length };
}

/**
 * Takes a decision back: its conflicts are open again, and the value that it put into the CRM's record gives way to the one that stood
 * there, unless either side was edited since. What the synchronisation has carried to a side that had kept its own value is left. Throws
 * `not_found`, or 409 `already_undone`.
 */
export async function undoDecision(
  db: Database,
  tenantId: number,
  decisionId: number,
  signal: AbortSignal,
): Promise<{ undone: number; left: LeftConflict[] }> {
  const decision = await findDecision(db, tenantId, decisionId);
  if (!decision) throw notFound();
  if (decision.undone_at) throw alreadyUndone();
  const ids = await decidedIds(db, tenantId, decisionId);
  const left: LeftConflict[] = [];
  for (const id of ids) {
    if (signal.aborted) break;
    const refusal = await attempt(() => undoOne(db, tenantId, id));
    if (refusal) left.push({ id, ...refusal });
  }
  if (!signal.aborted) await endDecision(db, tenantId, decisionId);
  return { undone: ids.length - left.length, left };
}

function undoOne(db: Database, tenantId: number, id: number): Promise<void> {
  return retryingTransaction(db, async (transaction) => {
    const conflict = await lockConflict(db, tenantId, id, transaction);
    const { state, standing, winner, decision } = conflict;
    if (state === 'open' || decision === null) return;
    if (!standing && winner === 'none') throw carriedOut();
    if (!standing && winner !== 'none' && decision !== winner) {
      const { target, columnsToSet, pair } = await columnsToPutBack(
        db,
        tenantId,
        { conflict, keep: winner },
        transaction,
      );
      const kept = decision === 'crm' ? conflict.local_value : conflict.bitrix24_value;
      const columns = columnsFor(pair, target.row.record, decision, kept) ?? {};
      const asDecided = pair.readLocal({ ...target.row.record, ...columns });
      if (pair.readLocal(target.row.record) !== asDecided) throw editedSince();
      if (!(await writeLocal(db, target, columnsToSet, transaction))) throw editedSince();
    }
    await reopenConflict(db, tenantId, id, transaction);
  });
}

/** What an action of one conflict was refused for; null when it was done. A failure of another kind ends the call. */
async function attempt(action: () => Promise<unknown>): Promise<{ code: string; text: Text } | null> {
  try {
    await action();
    return null;
  } catch (error) {
    const known = error instanceof UniqueConstraintError ? valueTaken(error) : error;
    if (!(known instanceof AppError)) throw known;
    return { code: known.code, text: known.text };
  }
}

function countChanged(count: number): AppError {
  return new AppError({
    code: 'count_changed',
    status: 409,
    text: {
      ru: `Открытых конфликтов по этому фильтру уже ${count}. Проверьте список и подтвердите ещё раз`,
      en: `There are ${count} open conflicts for this filter by now. Check the list and confirm again`,
    },
    details: { count },
  });
}

function alreadyUndone(): AppError {
  return new AppError({
    code: 'already_undone',
    status: 409,
    text: { ru: 'Это решение уже отменено', en: 'This decision is undone already' },
  });
}

function carriedOut(): AppError {
  return new AppError({
    code: 'carried_out',
    status: 409,
    text: {
      ru: 'Значение уже записано на другую сторону. Верните прежнее в истории пары',
      en: "The value has been written to the other side. Put the former one back in the pair's history",
    },
  });
}

function editedSince(): AppError {
  return new AppError({
    code: 'edited_since',
    status: 409,
    text: { ru: 'После решения поле изменили', en: 'The field was edited after the decision' },
  });
}
