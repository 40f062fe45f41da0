import { type Transaction, UniqueConstraintError } from 'sequelize';
import type { Canonical, FieldPair, LocalRecord } from '../field-maps/types.ts';
import { AppError, notFound } from '../lib/errors.ts';
import { type Entity, pairKinds } from '../lib/records.ts';
import { type Database, queryRows } from '../models/database.ts';
import { retryingTransaction } from '../models/retrying-transaction.ts';
import { closeDecided, openDecision } from '../sync/journal/conflict-decisions.ts';
import { forgetLocalValue } from '../sync/load/first-links.ts';
import { readLocal, writeLocal } from '../sync/load/local-rows.ts';
import { readFieldMap } from '../sync/load/read-field-map.ts';
import { readSettings } from '../sync/load/read-settings.ts';
import { enqueue, priorities } from '../sync/queue/sync-queue.ts';
import { type ConflictRow, conflictColumns } from './conflict-list.ts';

/** Which side's value a person keeps, and the decision that it belongs to. */
export interface Choice {
  keep: 'crm' | 'bitrix24';
  actor: string;
  /** Null for one that is decided by itself. */
  decisionId: number | null;
}

/**
 * Settles a conflict for the side that a person chose. The winner stands already; the loser's value is written into the CRM record
 * as a person would write it, so that the ordinary synchronisation carries it to Bitrix24. Where neither has won yet, the chosen one goes to the
 * other side; where a person was asked, the synchronisation does it, unless either side has another value by then. Throws `not_found`, or 409 when the
 * conflict is resolved already, the record is deleted or was changed just now, or the value cannot be written. Repeat-safe.
 */
export async function resolveConflict(
  db: Database,
  tenantId: number,
  id: number,
  { keep, actor, decisionId: shared }: Choice,
): Promise<ConflictRow> {
  try {
    return await retryingTransaction(db, async (transaction) => {
      const conflict = await lockConflict(db, tenantId, id, transaction);
      if (conflict.state === 'resolved') throw conflictResolved();
      if (conflict.standing) await answer(db, tenantId, { conflict, keep }, transaction);
      else if (conflict.winner === 'none' && keep === 'crm') await sendOurs(db, tenantId, conflict, transaction);
      else if (keep !== conflict.winner) await putBack(db, tenantId, { conflict, keep }, transaction);
      const decisionId = shared ?? (await openDecision(db, tenantId, { keep, actor }, transaction));
      await closeDecided(db, tenantId, { id, keep, actor, decisionId }, transaction);
      return lockConflict(db, tenantId, id, transaction);
    });
  } catch (error) {
    if (error instanceof UniqueConstraintError) throw valueTaken(error);
    throw error;
  }
}

/** One conflict, locked. Throws `not_found`. */
export async function lockConflict(
  db: Database,
  tenantId: number,
  id: number,
  transaction: Transaction,
): Promise<ConflictRow> {
  const [conflict] = await queryRows<ConflictRow>(
    db,
    `select ${conflictColumns} from sync_conflicts where tenant_id = $tenantId and id = $id for update`,
    { tenantId, id },
    transaction,
  );
  if (!conflict) throw notFound();
  return conflict;
}

/** The engine carries the answer out. A value of the portal that no column can show is refused now: it would be asked about again for ever. */
async function answer(
  db: Database,
  tenantId: number,
  { conflict, keep }: { conflict: ConflictRow; keep: 'crm' | 'bitrix24' },
  transaction: Transaction,
): Promise<void> {
  const { entity, local_id: localId } = conflict;
  if (keep === 'bitrix24') await columnsToPutBack(db, tenantId, { conflict, keep }, transaction);
  const row = { tenantId, entity, side: 'local', recordId: localId, reason: 'asked' } as const;
  await enqueue(db, [{ ...row, priority: priorities.interactive }], transaction);
}

/** The CRM's value counts as changed just now: the ordinary synchronisation carries it to Bitrix24. */
async function sendOurs(
  db: Database,
  tenantId: number,
  { entity, local_id: localId, field }: ConflictRow,
  transaction: Transaction,
): Promise<void> {
  await forgetLocalValue(db, tenantId, { entity, localId, key: field }, transaction);
  const row = { tenantId, entity, side: 'local', recordId: localId, reason: 'asked' } as const;
  await enqueue(db, [{ ...row, priority: priorities.interactive }], transaction);
}

async function putBack(
  db: Database,
  tenantId: number,
  { conflict, keep }: { conflict: ConflictRow; keep: 'crm' | 'bitrix24' },
  transaction: Transaction,
): Promise<void> {
  const { target, columnsToSet } = await columnsToPutBack(db, tenantId, { conflict, keep }, transaction);
  const written = await writeLocal(db, target, columnsToSet, transaction);
  if (!written) throw recordBusy(conflict.entity);
}

/** The columns that show the chosen value, and the row that has them. Throws when the record is deleted or no columns do. */
export async function columnsToPutBack(
  db: Database,
  tenantId: number,
  { conflict, keep }: { conflict: ConflictRow; keep: 'crm' | 'bitrix24' },
  transaction: Transaction,
) {
  const { entity, local_id: localId, field } = conflict;
  const target = { tenantId, entity };
  const row = (await readLocal(db, target, [localId], transaction)).get(localId);
  if (!row || row.deleted) throw recordGone();
  const settings = await readSettings({ db }, tenantId);
  const { pairs } = await readFieldMap(db, target, settings);
  const pair = pairs.find(({ key }) => key === field);
  const lost = keep === 'crm' ? conflict.local_value : conflict.bitrix24_value;
  const columnsToSet = pair && columnsFor(pair, row.record, keep, lost);
  if (!columnsToSet) throw notRestorable(field);
  return { target: { ...target, row }, columnsToSet, pair };
}

/** The columns that make the CRM record show the lost value; null when no columns do. */
export function columnsFor(
  pair: FieldPair,
  local: LocalRecord,
  side: 'crm' | 'bitrix24',
  lost: Canonical,
): Record<string, unknown> | null {
  const decoded = pair.decode(lost, local);
  if (Object.keys(decoded).length === 0) return null;
  if (side === 'bitrix24') return decoded;
  const [column = ''] = pair.localFields;
  const candidates = [decoded, { [column]: lost }];
  return candidates.find((candidate) => pair.readLocal({ ...local, ...candidate }) === lost) ?? null;
}

function recordBusy(entity: Entity): AppError {
  return new AppError({
    code: 'record_busy',
    status: 409,
    text: {
      ru: `Запись (${pairKinds[entity].table}) сейчас меняется. Повторите через несколько секунд`,
      en: `The record (${pairKinds[entity].table}) is being changed just now. Try again in a few seconds`,
    },
  });
}

function conflictResolved(): AppError {
  return new AppError({
    code: 'already_resolved',
    status: 409,
    text: { ru: 'Этот конфликт уже разрешён', en: 'This conflict is already resolved' },
  });
}

function recordGone(): AppError {
  return new AppError({
    code: 'record_deleted',
    status: 409,
    text: {
      ru: 'Запись CRM удалена: вернуть значение некуда. Оставьте то, что есть',
      en: 'The CRM record is deleted: there is nowhere to put the value back. Keep what stands',
    },
  });
}

function notRestorable(field: string): AppError {
  return new AppError({
    code: 'value_not_restorable',
    status: 409,
    text: {
      ru: `Поле «${field}» больше не синхронизируется или не может принять это значение. Исправьте запись вручную`,
      en: `The field "${field}" is no longer synchronised or cannot take this value. Correct the record by hand`,
    },
  });
}

/** A value that only one record may have. */
export function valueTaken(cause: unknown): AppError {
  return new AppError({
    code: 'value_taken',
    status: 409,
    text: {
      ru: 'Такое значение уже есть у другой записи. Исправьте запись вручную',
      en: 'Another record has this value already. Correct the record by hand',
    },
    cause,
  });
}
