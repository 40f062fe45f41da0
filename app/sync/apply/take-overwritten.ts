import type { Transaction } from 'sequelize';
import type { Database } from '../../models/database.ts';
import { type LocalRow, type LocalTarget, lockLocal, writeLocal } from '../load/local-rows.ts';
import type { FieldConflict } from '../plan/merge.ts';
import type { Overwritten } from '../plan/overwritten.ts';
import { isDataRefusal } from './write-changes.ts';

/**
 * Takes over what our update wrote over in the portal into a local row that changed meanwhile: the portal does not have it any more, so the
 * next pass could not find it. A field that changed on our side too, or a row that another program holds, keeps our value; the other one
 * stands in a conflict. Returns what was taken, and those conflicts.
 */
export async function takeOverwritten(
  db: Database,
  target: LocalTarget & { row: LocalRow },
  overwritten: Overwritten,
  transaction: Transaction,
): Promise<Overwritten> {
  const { record } = target.row;
  const taken: Overwritten['toLocal'] = [];
  const conflicts: FieldConflict[] = [];
  let current = await lockLocal(db, target, transaction);
  for (const change of overwritten.toLocal) {
    const { pair, after } = change;
    const now = pair.readLocal((current ?? target.row).record);
    const isSame = now === pair.readLocal(record);
    const written = current && isSame ? await writeIfTaken(db, { ...target, row: current }, change, transaction) : null;
    if (written) {
      current = written;
      taken.push(change);
    } else conflicts.push({ key: pair.key, localValue: now, remoteValue: after, winner: 'crm' });
  }
  return { toLocal: taken, conflicts: [...overwritten.conflicts, ...conflicts] };
}

/** Null when PostgreSQL refuses the value. */
async function writeIfTaken(
  db: Database,
  target: LocalTarget & { row: LocalRow },
  { columns }: Overwritten['toLocal'][number],
  transaction: Transaction,
): Promise<LocalRow | null> {
  try {
    return await db.transaction({ transaction }, (savepoint) => writeLocal(db, target, columns, savepoint));
  } catch (error) {
    if (isDataRefusal(error)) return null;
    throw error;
  }
}
