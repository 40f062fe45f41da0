import type { Transaction } from 'sequelize';
import { AppError, notFound } from '../lib/errors.ts';
import { type Entity, entities } from '../lib/records.ts';
import { type Database, queryRows } from '../models/database.ts';
import { retryingTransaction } from '../models/retrying-transaction.ts';
import { closeError, markErrorsPending } from '../sync/journal/close-entries.ts';
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

/** What a person can do with dead letters: have them tried again, one or all, or close them. */
export function makeErrorActions({ db, requireActive, requireConnection }: ErrorActionDeps) {
  return {
    /**
     * Puts the error's record back into the sync queue, before everything else. An error of the whole connection is retried by a
     * live check. Throws `not_found`, 409 `already_resolved` or `paused`, or what `requireActive` throws: nothing is queued for a tenant
     * without a connection. Repeat-safe.
     */
    async retry(tenantId: number, id: number): Promise<ErrorRow> {
      const error = await requireOpenError(tenantId, id);
      if (error.local_type === null) {
        await requireConnection(tenantId);
        return resolve(tenantId, id);
      }
      await requireActive(tenantId);
      await requireGoing(db, tenantId, { entities: [error.local_type as Entity], localId: error.local_id });
      const condition = 'tenant_id = $tenantId and id = $id';
      const count = await retryWhere(tenantId, priorities.interactive, condition, { tenantId, id });
      const retried = await findError(db, tenantId, id);
      if (count === 0 || !retried) throw alreadyResolved();
      return retried;
    },

    /**
     * Puts every failed record that fits the filter back into the sync queue; returns how many there were. They give way to what
     * people do meanwhile. Throws what `requireActive` throws. Repeat-safe.
     */
    async retryAll(tenantId: number, filter: ErrorFilter): Promise<number> {
      await requireActive(tenantId);
      await requireGoing(db, tenantId, { entities: [], localId: null });
      const bind = errorFilterBinds(tenantId, { ...filter, status: 'failed' });
      return retryWhere(tenantId, priorities.run, errorCondition, bind);
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

  async function resolve(tenantId: number, id: number): Promise<ErrorRow> {
    await closeError(db, tenantId, id);
    const error = await findError(db, tenantId, id);
    if (!error) throw notFound();
    return error;
  }

  /** Returns how many errors are tried again. */
  function retryWhere(
    tenantId: number,
    priority: number,
    condition: string,
    bind: Record<string, unknown>,
  ): Promise<number> {
    return retryingTransaction(db, async (transaction) => {
      const errors = await lockOpenErrors(db, condition, bind, transaction);
      const ids = errors.map(({ id }) => id);
      await markErrorsPending(db, tenantId, ids, transaction);
      await forgetRefusedFields(db, tenantId, errors, transaction);
      await enqueue(
        db,
        errors.map((error) => ({ ...toQueueRequest(tenantId, error), priority })),
        transaction,
      );
      return errors.length;
    });
  }
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

function lockOpenErrors(
  db: Database,
  condition: string,
  bind: Record<string, unknown>,
  transaction: Transaction,
): Promise<ErrorRow[]> {
  return queryRows<ErrorRow>(
    db,
    `select ${errorColumns} from integration_errors
      where ${condition} and status <> 'resolved' and local_type is not null and (local_id is not null or external_id is not null)
      order by id for update`,
    bind,
    transaction,
  );
}

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
