import type { Transaction } from 'sequelize';
import type { Entity } from '../../lib/records.ts';
import { type Database, queryRows } from '../../models/database.ts';

/** Forgets what waits for one record pair, on either side. Repeat-safe. */
export async function forgetPair(
  db: Database,
  tenantId: number,
  pair: { entity: Entity; localId: number; remoteId: number },
  transaction: Transaction,
): Promise<void> {
  await queryRows(
    db,
    `delete from sync_queue where tenant_id = $tenantId and entity = $entity
        and ((side = 'local' and record_id = $localId) or (side = 'bitrix24' and record_id = $remoteId))`,
    { tenantId, ...pair },
    transaction,
  );
}

/** Forgets what the queue knows of a portal: the ids of its records, and creates without an answer. Local records stay queued. Repeat-safe. */
export async function forgetPortalRows(db: Database, tenantId: number, transaction: Transaction): Promise<void> {
  await queryRows(
    db,
    `delete from sync_queue where tenant_id = $tenantId and side = 'bitrix24'`,
    { tenantId },
    transaction,
  );
  await queryRows(
    db,
    `update sync_queue set create_sent_at = null, create_values = null, attempts = 0
      where tenant_id = $tenantId and create_sent_at is not null`,
    { tenantId },
    transaction,
  );
}

/**
 * Forgets notices that a record was added when we made it ourselves a moment ago: its create's answer said what it holds, and a later edit
 * sends a notice of its own. A notice that came twice stays. Repeat-safe.
 */
export async function forgetAdded(
  db: Database,
  { tenantId, entity }: { tenantId: number; entity: Entity },
  remoteIds: readonly number[],
  transaction: Transaction,
): Promise<void> {
  if (remoteIds.length === 0) return;
  await queryRows(
    db,
    `delete from sync_queue where tenant_id = $tenantId and entity = $entity and side = 'bitrix24'
        and record_id = any($remoteIds) and reason = 'added' and changes = 1 and run_id is null`,
    { tenantId, entity, remoteIds },
    transaction,
  );
}
