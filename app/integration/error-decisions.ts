import { type Entity, entities } from '../lib/records.ts';
import type { Database } from '../models/database.ts';
import { retryingTransaction } from '../models/retrying-transaction.ts';
import { closeErrorsBy, reopenErrors, snoozeErrors } from '../sync/journal/person-errors.ts';
import { lockOpenErrors } from './error-actions.ts';
import type { ErrorFilter, ErrorRow } from './error-list.ts';
import { endPauses, type OneRecord, pauseRecords } from './pauses.ts';

/** Puts the failed errors that fit a filter off until a moment; null shows them again now. Returns how many. Repeat-safe. */
export function snooze(db: Database, tenantId: number, filter: ErrorFilter, until: Date | null): Promise<number> {
  return retryingTransaction(db, async (transaction) => {
    const errors = await lockOpenErrors(db, tenantId, { ...filter, status: 'failed' }, transaction);
    return snoozeErrors(db, tenantId, { ids: errors.map(({ id }) => id), until }, transaction);
  });
}

/** What became of errors whose records a person takes out of the synchronisation. */
export interface Excluded {
  ids: number[];
  /** Errors that are about no record of the CRM: there is nothing that could rest. */
  skipped: number;
}

/**
 * Lets the records of the errors that fit a filter rest, as a pause of each, and closes the errors: nothing of these pairs is written on
 * either side until each goes on. Repeat-safe.
 */
export function exclude(db: Database, tenantId: number, filter: ErrorFilter, actor: string): Promise<Excluded> {
  return retryingTransaction(db, async (transaction) => {
    const errors = await lockOpenErrors(db, tenantId, filter, transaction);
    const own = errors.filter((error) => recordOf(error) !== null);
    const records = own.flatMap((error) => recordOf(error) ?? []);
    await pauseRecords(db, tenantId, { records, actor }, transaction);
    const ids = await closeErrorsBy(db, tenantId, { ids: own.map(({ id }) => id), actor, as: 'excluded' }, transaction);
    return { ids, skipped: errors.length - own.length };
  });
}

/**
 * Takes back that a person closed errors, and lets the records that were excluded by it go on. Where a record failed anew since, its former
 * error stays closed. Returns the ids of what is open again. Repeat-safe.
 */
export function reopen(db: Database, tenantId: number, ids: readonly number[]): Promise<number[]> {
  return retryingTransaction(db, async (transaction) => {
    const reopened = await reopenErrors(db, tenantId, ids, transaction);
    const resting = reopened.filter(({ was }) => was === 'excluded').flatMap((error) => recordOf(error) ?? []);
    await endPauses(db, tenantId, resting, transaction);
    return reopened.map(({ id }) => id);
  });
}

function recordOf({
  local_type: type,
  local_id: localId,
}: Pick<ErrorRow, 'local_type' | 'local_id'>): OneRecord | null {
  const entity = entities.find((one): one is Entity => one === type);
  return entity && localId !== null ? { entity, localId } : null;
}
