import { AppError } from '../../lib/errors.ts';
import type { Entity } from '../../lib/records.ts';
import type { Database } from '../../models/database.ts';
import { recordError } from './error-log.ts';

/** A loaded pair, as far as this report looks at it. */
interface Doubled {
  duplicate: boolean;
  entity: Entity;
  remote: { id: number; originId: string | null } | null;
}

/** Two live Bitrix24 records with one origin: the second is left alone, and a person is told. */
export async function reportDuplicates(db: Database, tenantId: number, pairs: readonly Doubled[]): Promise<void> {
  for (const { duplicate, entity, remote } of pairs) {
    if (duplicate && remote) await recordDuplicate(db, tenantId, entity, remote);
  }
}

/** Writes the error that names a surplus Bitrix24 record. Repeat-safe. */
export async function recordDuplicate(
  db: Database,
  tenantId: number,
  entity: Entity,
  { id, originId }: { id: number; originId: string | null },
): Promise<void> {
  const error = new AppError({
    code: 'duplicate_origin',
    status: 409,
    text: {
      ru: `В Битрикс24 две записи с одним ORIGIN_ID ${originId}: синхронизируется первая. Удалите лишнюю (${id}) или очистите её ORIGIN_ID`,
      en: `Bitrix24 has two records with one ORIGIN_ID ${originId}: the first is kept in sync. Delete the other (${id}) or clear its ORIGIN_ID`,
    },
  });
  const entry = { operation: 'check_duplicates', entity, localId: null, remoteId: id, runId: null, error };
  await recordError(db, tenantId, { ...entry, attempts: 1, nextRetryAt: null });
}
