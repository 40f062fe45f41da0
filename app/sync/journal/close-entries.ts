import type { Transaction } from 'sequelize';
import { type Database, queryRows } from '../../models/database.ts';

const resolved = `status = 'resolved', resolved_at = now(), updated_at = now(), next_retry_at = null`;

/** Closes the errors of one operation of a tenant. Repeat-safe. */
export async function closeErrorsOf(
  db: Database,
  tenantId: number,
  operation: string,
  transaction: Transaction,
): Promise<void> {
  await queryRows(
    db,
    `update integration_errors set ${resolved} where tenant_id = $tenantId and operation = $operation and status <> 'resolved'`,
    { tenantId, operation },
    transaction,
  );
}

/** Marks open errors as tried again at once; their records are queued by the caller, in the same transaction. Repeat-safe. */
export async function markErrorsPending(
  db: Database,
  tenantId: number,
  ids: readonly number[],
  transaction: Transaction,
): Promise<void> {
  await queryRows(
    db,
    `update integration_errors set status = 'pending', next_retry_at = now(), updated_at = now(), snoozed_until = null
      where tenant_id = $tenantId and id = any($ids) and status <> 'resolved'`,
    { tenantId, ids: [...ids] },
    transaction,
  );
}

/** Closes every conflict and error of a tenant: its portal is another one now. Repeat-safe. */
export async function closeAllEntries(db: Database, tenantId: number, transaction: Transaction): Promise<void> {
  const statements = [
    `update sync_conflicts set state = 'resolved', resolved_at = coalesce(resolved_at, now()), standing = false
      where tenant_id = $tenantId and (state = 'open' or standing)`,
    `update integration_errors set ${resolved} where tenant_id = $tenantId and status <> 'resolved'`,
  ];
  for (const sql of statements) await queryRows(db, sql, { tenantId }, transaction);
}
