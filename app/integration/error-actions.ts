import type { Transaction } from 'sequelize';
import { AppError, notFound } from '../lib/errors.ts';
import { type Entity, entities } from '../lib/records.ts';
import { type Database, queryRows } from '../models/database.ts';
import { retryingTransaction } from '../models/retrying-transaction.ts';
import { markErrorsPending } from '../sync/journal/close-entries.ts';
import { saveRetry } from '../sync/journal/error-retries.ts';
import { closeErrorsBy } from '../sync/journal/person-errors.ts';
import { forgetFieldErrors } from '../sync/load/mappings.ts';
import { enqueue, priorities, type QueueRequest } from '../sync/queue/sync-queue.ts';
import type { RequireActive } from './address.ts';
import {
  type ErrorFilter,
  type ErrorRow,
  errorColumns,
  errorCondition,
  errorFilterBinds,
  findError,
} from './error-list.ts';
import { requireGoing } from './pauses.ts';

export interface ErrorActionDeps {
  db: Database;
  requireActive: RequireActive;
  /** Throws AppError when the tenant's connection does not work now; a suspended one that works again is resumed. */
  requireConnection(tenantId: number): Promise<void>;
}

/** Errors that are tried again at once. */
export interface StartedRetry {
  retried: number;
  /** Under which what became of them can be asked; null where there were none. */
  retryId: number | null;
}

/** What a person can do with dead letters: have them tried again, one or all, or close them. */
export function makeErrorActions({ db, requireActive, requireConnection }: ErrorActionDeps) {
  return {
    /**
     * Puts the error's record back into the sync queue, before everything else. An error of the whole connection is retried by a
     * live check. Throws `not_found`, 409 `already_resolved` or `paused`, or what `requireActive` throws: nothing is queued for a tenant
     * without a connection. Repeat-safe.
     */
    async retry(tenantId: number, id: number, actor: string): Promise<{ error: ErrorRow; retryId: number | null }> {
      const error = await requireOpenError(tenantId, id);
      if (error.local_type === null) {
        await requireConnection(tenantId);
        return { error: await resolve(tenantId, id, actor), retryId: null };
      }
      await requireActive(tenantId);
      await requireGoing(db, tenantId, { entities: [error.local_type as Entity], localId: error.local_id });
      const started = await retryWhere(tenantId, { ids: [id] }, { actor, priority: priorities.interactive });
      const retried = await findError(db, tenantId, id);
      if (started.retried === 0 || !retried) throw alreadyResolved();
      return { error: retried, retryId: started.retryId };
    },

    /**
     * Puts every failed record that fits the filter back into the sync queue. They give way to what people do meanwhile. Throws what
     * `requireActive` throws. Repeat-safe.
     */
    async retryAll(tenantId: number, filter: ErrorFilter, actor: string): Promise<StartedRetry> {
      await requireActive(tenantId);
      await requireGoing(db, tenantId, { entities: [], localId: null });
      return retryWhere(tenantId, { ...filter, status: 'failed' }, { actor, priority: priorities.run });
    },

    /** Closes an error; its record is looked at again when it next changes. Throws `not_found`. Repeat-safe. */
    resolve,
  };

  async function requireOpenError(tenantId: number, id: number): Promise<ErrorRow> {
    const error = await findError(db, tenantId, id);
    if (!error) throw notFound();
    if (error.status === 'resolved') throw alreadyResolved();
    return error;
  }

  async function resolve(tenantId: number, id: number, actor: string): Promise<ErrorRow> {
    await closeErrors(db, tenantId, { ids: [id] }, actor);
    const error = await findError(db, tenantId, id);
    if (!error) throw notFound();
    return error;
  }

  function retryWhere(
    tenantId: number,
    filter: ErrorFilter,
    { actor, priority }: { actor: string; priority: number },
  ): Promise<StartedRetry> {
    return retryingTransaction(db, async (transaction) => {
      const errors = (await lockOpenErrors(db, tenantId, filter, transaction)).filter(hasRecord);
      const ids = errors.map(({ id }) => id);
      await markErrorsPending(db, tenantId, ids, transaction);
      await forgetRefusedFields(db, tenantId, errors, transaction);
      await enqueue(
        db,
        errors.map((error) => ({ ...toQueueRequest(tenantId, error), priority })),
        transaction,
      );
      return { retried: ids.length, retryId: await saveRetry(db, tenantId, { ids, actor }, transaction) };
    });
  }
}

/** Closes the open errors that fit a filter; returns the ids of those that were open. Repeat-safe. */
export function closeErrors(db: Database, tenantId: number, filter: ErrorFilter, actor: string): Promise<number[]> {
  return retryingTransaction(db, async (transaction) => {
    const errors = await lockOpenErrors(db, tenantId, filter, transaction);
    return closeErrorsBy(db, tenantId, { ids: errors.map(({ id }) => id), actor, as: 'closed' }, transaction);
  });
}

/** Fields that were refused are tried again too. */
async function forgetRefusedFields(
  db: Database,
  tenantId: number,
  errors: readonly Pick<ErrorRow, 'local_type' | 'local_id'>[],
  transaction: Transaction,
): Promise<void> {
  for (const entity of entities) {
    const localIds = errors.flatMap(({ local_type, local_id }) =>
      local_type === entity && local_id !== null ? [local_id] : [],
    );
    await forgetFieldErrors(db, tenantId, { entity, localIds }, transaction);
  }
}

/** The open errors that fit a filter, locked, in the order of their ids. */
export function lockOpenErrors(
  db: Database,
  tenantId: number,
  filter: ErrorFilter,
  transaction: Transaction,
): Promise<ErrorRow[]> {
  return queryRows<ErrorRow>(
    db,
    `select ${errorColumns} from integration_errors e where ${errorCondition} and status <> 'resolved' order by id for update`,
    errorFilterBinds(tenantId, filter),
    transaction,
  );
}

/** It is about one record, which can be looked at again. */
const hasRecord = ({ local_type: type, local_id: id, external_id: externalId }: ErrorRow) =>
  type !== null && (id !== null || externalId !== null);

function toQueueRequest(tenantId: number, error: ErrorRow): Omit<QueueRequest, 'priority'> {
  return {
    tenantId,
    entity: error.local_type as Entity,
    side: error.local_id === null ? 'bitrix24' : 'local',
    recordId: error.local_id ?? Number(error.external_id),
    reason: 'retry',
  };
}

function alreadyResolved(): AppError {
  return new AppError({
    code: 'already_resolved',
    status: 409,
    text: { ru: 'Эта ошибка уже закрыта', en: 'This error is already resolved' },
  });
}
