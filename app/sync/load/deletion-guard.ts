import type { Transaction } from 'sequelize';
import { AppError } from '../../lib/errors.ts';
import type { Entity } from '../../lib/records.ts';
import { type Database, queryRows } from '../../models/database.ts';
import { retryingTransaction } from '../../models/retrying-transaction.ts';
import type { SyncDeps } from '../deps.ts';
import { recordError } from '../journal/error-log.ts';
import { countRuns, ticksOf } from '../journal/run-counters.ts';
import type { LoadedPair } from '../pair.ts';
import { removeDone } from '../queue/sync-queue.ts';

/** Code of the error that holds back a suspicious mass of deletions; retrying it confirms them. */
export const massDeletion = 'mass_deletion_suspected';

/** Whether a portal that shows this few of the linked records is to be doubted rather than believed. */
export function isMassDeletion(missing: number, asked: number): boolean {
  return missing >= 20 && missing * 2 > asked;
}

/**
 * Sets aside pairs whose Bitrix24 records vanished together: a lost right or a fault of the portal is likelier than a purge. Nothing
 * is deleted, orphaned or created anew; one error says what happened, and retrying it confirms the deletions.
 */
export async function setAsideVanished(
  deps: SyncDeps,
  tenantId: number,
  entity: Entity,
  vanished: readonly LoadedPair[],
): Promise<void> {
  if (vanished.length === 0) return;
  await retryingTransaction(deps.db, async (transaction) => {
    const rows = vanished.flatMap((pair) => pair.rows);
    const ids = vanished.flatMap((pair) => (pair.remoteId === null ? [] : [pair.remoteId]));
    await reportMassDeletion(deps, tenantId, entity, ids, transaction);
    const handled = await removeDone(deps.db, tenantId, rows, transaction);
    const ticks = rows.map((row) => ({ row, outcome: 'skipped' as const, conflicts: 0 }));
    await countRuns(deps.db, tenantId, ticksOf(handled, ticks), transaction);
  });
}

/**
 * Writes the one error that names the vanished records; retrying it accepts their deletion. What vanished in an earlier pass and still
 * waits for a person stays named. Repeat-safe.
 */
export async function reportMassDeletion(
  deps: Pick<SyncDeps, 'db' | 'log'>,
  tenantId: number,
  entity: Entity,
  vanishedIds: readonly number[],
  transaction?: Transaction,
): Promise<void> {
  const named = await readNamedIds(deps.db, tenantId, entity, transaction);
  const remoteIds = [...new Set([...named, ...vanishedIds])].sort((a, b) => a - b);
  const error = new AppError({
    code: massDeletion,
    status: 409,
    text: {
      ru: `Битрикс24 не показывает сразу ${remoteIds.length} связанных записей. Проверьте права пользователя вебхука; если записи действительно удалены, повторите эту ошибку — удаления будут приняты`,
      en: `Bitrix24 does not show ${remoteIds.length} linked records all at once. Check the rights of the webhook's user; if they really were deleted, retry this error to accept the deletions`,
    },
  });
  const entry = { operation: 'check_deletions', entity, localId: null, remoteId: null, runId: null, error };
  const request = { bitrix24_ids: remoteIds };
  await recordError(deps.db, tenantId, { ...entry, attempts: 1, nextRetryAt: null, request }, transaction);
  deps.log.error(
    { tenant_id: tenantId, operation: 'check_deletions', result: 'error', code: error.code },
    error.text.ru,
  );
}

/** Ids that the open error names already. */
async function readNamedIds(
  db: Database,
  tenantId: number,
  entity: Entity,
  transaction?: Transaction,
): Promise<number[]> {
  const [open] = await queryRows<{ ids: number[] | null }>(
    db,
    `select request -> 'bitrix24_ids' as ids from integration_errors
      where tenant_id = $tenantId and local_type = $entity and code = $code and status <> 'resolved'`,
    { tenantId, entity, code: massDeletion },
    transaction,
  );
  return open?.ids ?? [];
}
