import type { Transaction } from 'sequelize';
import { AppError, notFound } from '../lib/errors.ts';
import { type Entity, entities } from '../lib/records.ts';
import { type Database, queryRows } from '../models/database.ts';
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

export interface ErrorActionDeps {
  db: Database;
  requireActive: RequireActive;
  /** Throws AppError when the tenant's connection does not work now; a suspended one that works again is resumed. */
  requireConnection(tenantId: number): Promise<void>;
}

export type ErrorActions = ReturnType<typeof makeErrorActions>;

/** What a person can do with dead letters: have them tried again, one or all, or close them. */
export function makeErrorActions({ db, requireActive, requireConnection }: ErrorActionDeps) {
  return {
    /**
     * Puts the error's record back into the sync queue, before everything else. An error of the whole connection is retried by a
     * live check. Throws `not_found`, 409 `already_resolved`, or what `requireActive` throws: nothing is queued for a tenant
     * without a connection. Repeat-safe.
     */
    async retry(tenantId: number, id: number): Promise<ErrorRow> {
      const error = await requireOpenError(tenantId, id);
      if (error.local_type === null) {
        await requireConnection(tenantId);
        return resolve(tenantId, id);
      }
      await requireActive(tenantId);
      const [retried] = await retryWhere(tenantId, priorities.interactive, 'tenant_id = $tenantId and id = $id', {
        tenantId,
        id,
      });
      if (!retried) throw alreadyResolved();
      return retried;
    },

    /**
     * Puts every failed record that fits the filter back into the sync queue; returns how many there were. They give way to what
     * people do meanwhile. Throws what `requireActive` throws. Repeat-safe.
     */
    async retryAll(tenantId: number, filter: ErrorFilter): Promise<number> {
      await requireActive(tenantId);
      const bind = errorFilterBinds(tenantId, { ...filter, status: 'failed' });
      return (await retryWhere(tenantId, priorities.run, errorCondition, bind)).length;
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
    await queryRows(
      db,
      `update integration_errors set status = 'resolved', resolved_at = now(), updated_at = now(), next_retry_at = null
        where tenant_id = $tenantId and id = $id and status <> 'resolved'`,
      { tenantId, id },
    );
    const error = await findError(db, tenantId, id);
    if (!error) throw notFound();
    return error;
  }

  function retryWhere(
    tenantId: number,
    priority: number,
    condition: string,
    bind: Record<string, unknown>,
  ): Promise<ErrorRow[]> {
    return db.transaction(async (transaction) => {
      const errors = await markPending(db, condition, bind, transaction);
      await forgetRefusedFields(db, tenantId, errors, transaction);
      await enqueue(
        db,
        errors.map((error) => ({ ...toQueueRequest(tenantId, error), priority })),
        transaction,
      );
      return errors;
    });
  }
}

/** Fields that were refused are tried again too. */
async function forgetRefusedFields(
  db: Database,
  tenantId: number,
  errors: readonly ErrorRow[],
  transaction: Transaction,
): Promise<void> {
  for (const entity of entities) {
    const localIds = errors.flatMap(({ local_type, local_id }) =>
      local_type === entity && local_id !== null ? [local_id] : [],
    );
    await forgetFieldErrors(db, tenantId, { entity, localIds }, transaction);
  }
}

function markPending(
  db: Database,
  condition: string,
  bind: Record<string, unknown>,
  transaction: Transaction,
): Promise<ErrorRow[]> {
  return queryRows<ErrorRow>(
    db,
    `update integration_errors set status = 'pending', next_retry_at = now(), updated_at = now()
      where ${condition} and status <> 'resolved' and local_type is not null and (local_id is not null or external_id is not null)
     returning ${errorColumns}`,
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
