import { AppError } from '../../lib/errors.ts';
import { type Entity, entities } from '../../lib/records.ts';
import { type Database, queryRows } from '../../models/database.ts';
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

const reported = `tenant_id = $tenantId and code = 'duplicate_origin' and status <> 'resolved' and local_type = any($kinds)`;

/** A surplus Bitrix24 record that a person was told of. */
export interface ReportedDuplicate {
  entity: Entity;
  remoteId: number;
}

/** Surplus records that are reported and open, the eldest first. */
export function listDuplicates(db: Database, tenantId: number): Promise<ReportedDuplicate[]> {
  return queryRows<ReportedDuplicate>(
    db,
    `select local_type as entity, external_id::integer as "remoteId" from integration_errors where ${reported} order by id`,
    { tenantId, kinds: [...entities] },
  );
}

/** Closes the reports of surplus records that are none any more. Repeat-safe. */
export async function closeDuplicates(db: Database, tenantId: number, entity: Entity, remoteIds: readonly number[]) {
  await queryRows(
    db,
    `update integration_errors set status = 'resolved', resolved_at = now(), updated_at = now(), next_retry_at = null
      where ${reported} and external_id = any($remoteIds)`,
    { tenantId, kinds: [entity], remoteIds: remoteIds.map(String) },
  );
}
