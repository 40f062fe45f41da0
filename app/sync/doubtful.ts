import { AppError } from '../lib/errors.ts';
import type { Entity } from '../lib/records.ts';
import type { SyncDeps } from './deps.ts';
import { recordError } from './error-log.ts';
import type { LoadedPair } from './load-pairs.ts';
import { removeDone } from './queue.ts';
import { countRuns } from './run-counters.ts';

/** Code of the error that holds back a suspicious mass of deletions; retrying it confirms them. */
export const massDeletion = 'mass_deletion_suspected';

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
  const error = new AppError({
    code: massDeletion,
    status: 409,
    text: {
      ru: `Битрикс24 не показывает сразу ${vanished.length} связанных записей. Проверьте права пользователя вебхука; если записи действительно удалены, повторите эту ошибку — удаления будут приняты`,
      en: `Bitrix24 does not show ${vanished.length} linked records all at once. Check the rights of the webhook's user; if they really were deleted, retry this error to accept the deletions`,
    },
  });
  await deps.db.transaction(async (transaction) => {
    const request = { bitrix24_ids: vanished.map((pair) => pair.remoteId) };
    const entry = { operation: 'check_deletions', entity, localId: null, remoteId: null, runId: null, error };
    await recordError(deps.db, tenantId, { ...entry, attempts: 1, nextRetryAt: null, request }, transaction);
    const rows = vanished.flatMap((pair) => pair.rows);
    await removeDone(deps.db, tenantId, rows, transaction);
    const ticks = rows.map((row) => ({ runId: row.runId, entity, outcome: 'skipped' as const, conflicts: 0 }));
    await countRuns(deps.db, tenantId, ticks, transaction);
  });
  deps.log.error(
    { tenant_id: tenantId, operation: 'check_deletions', result: 'error', code: error.code },
    error.text.ru,
  );
}

/** Two live Bitrix24 records with one origin: the second is left alone, and a person is told. */
export async function reportDuplicates(deps: SyncDeps, tenantId: number, pairs: readonly LoadedPair[]): Promise<void> {
  for (const pair of pairs) {
    if (!pair.duplicate) continue;
    const origin = pair.remote?.originId ?? '';
    const error = new AppError({
      code: 'duplicate_origin',
      status: 409,
      text: {
        ru: `В Битрикс24 две записи с одним ORIGIN_ID ${origin}: синхронизируется первая. Удалите лишнюю (${pair.remoteId}) или очистите её ORIGIN_ID`,
        en: `Bitrix24 has two records with one ORIGIN_ID ${origin}: the first is kept in sync. Delete the other (${pair.remoteId}) or clear its ORIGIN_ID`,
      },
    });
    await recordError(deps.db, tenantId, {
      operation: 'check_duplicates',
      entity: pair.entity,
      localId: null,
      remoteId: pair.remoteId,
      runId: null,
      error,
      attempts: 1,
      nextRetryAt: null,
    });
  }
}
