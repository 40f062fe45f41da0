import type { Transaction } from 'sequelize';
import { AppError } from '../../lib/errors.ts';
import type { Database } from '../../models/database.ts';
import { type LocalRow, type LocalTarget, writeLocal } from '../load/local-rows.ts';
import type { MergeResult } from '../plan/merge.ts';
import type { RefusedField } from './entries.ts';

type LocalChange = MergeResult['toLocal'][number];

/**
 * Writes changes to a local row that is still as it was read. Returns the row afterwards, null when it changed meanwhile. `byField`: each
 * change by itself, so that a value that PostgreSQL refuses costs its own field only; else the refusal is thrown.
 */
export async function writeChanges(
  db: Database,
  target: LocalTarget & { row: LocalRow },
  changes: readonly LocalChange[],
  { transaction, byField }: { transaction: Transaction; byField: boolean },
): Promise<{ row: LocalRow | null; refused: RefusedField[] }> {
  const { row } = target;
  if (changes.length === 0) return { row, refused: [] };
  if (!byField) {
    const columns = Object.assign({}, ...changes.map((change) => change.columns)) as Record<string, unknown>;
    return { row: await writeLocal(db, target, columns, transaction), refused: [] };
  }
  const refused: RefusedField[] = [];
  let current: LocalRow = row;
  for (const { pair, columns, after } of changes) {
    try {
      const before = current;
      // A savepoint: what is refused undoes itself alone.
      const written = await db.transaction({ transaction }, (savepoint) =>
        writeLocal(db, { ...target, row: before }, columns, savepoint),
      );
      if (!written) return { row: null, refused };
      current = written;
    } catch (error) {
      if (!isDataRefusal(error)) throw error;
      refused.push({ key: pair.key, error: refusedLocally(pair.key, after, error) });
    }
  }
  return { row: current, refused };
}

/** PostgreSQL's classes 22 (data exception) and 23 (constraint violation): the value is wrong, not the moment. */
export function isDataRefusal(error: unknown): boolean {
  return /^2[23]/.test(codeOfDatabase(error));
}

function codeOfDatabase(error: unknown): string {
  return String((error as { original?: { code?: unknown } } | null)?.original?.code ?? '');
}

const reasons: Record<string, { ru: string; en: string }> = {
  '22001': { ru: 'значение слишком длинное', en: 'the value is too long' },
  '23505': { ru: 'такое значение уже есть у другой записи', en: 'another record has this value already' },
};

function refusedLocally(key: string, value: string | null, cause: unknown): AppError {
  const reason = reasons[codeOfDatabase(cause)] ?? { ru: 'значение не подходит', en: 'the value does not fit' };
  const shown = String(value ?? '').slice(0, 100);
  return new AppError({
    code: 'local_value_refused',
    status: 409,
    text: {
      ru: `Поле «${key}»: CRM не приняла значение из Битрикс24 «${shown}», ${reason.ru}. Исправьте его в Битрикс24; остальные поля записи синхронизированы`,
      en: `Field "${key}": the CRM did not take the value "${shown}" from Bitrix24, ${reason.en}. Correct it in Bitrix24; the record's other fields are in step`,
    },
    cause,
  });
}
