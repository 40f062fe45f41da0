import type { Transaction } from 'sequelize';
import { type Database, queryRows } from '../../models/database.ts';

/** What each table of the journal keeps of people, and what stands there instead: that something happened, when and to which record, stays. */
const erasures: readonly string[] = [
  `update sync_log set changes = '{}' where tenant_id = $tenantId and changes <> '{}'`,
  `update sync_conflicts set local_value = null, bitrix24_value = null where tenant_id = $tenantId`,
  `update integration_errors set message = code, request = null, response = null, stack_trace = null where tenant_id = $tenantId`,
  `update sync_matches set candidates = '[]' where tenant_id = $tenantId`,
  `update sync_held set name = null where tenant_id = $tenantId`,
  `update sync_runs set errors = '[]', preview = '[]', preview_groups = '{}', filter = '{}' where tenant_id = $tenantId`,
];

/** Erases the values of records from a tenant's log, conflicts, errors, matches, held deletions and runs. Repeat-safe. */
export async function eraseJournalValues(db: Database, tenantId: number, transaction: Transaction): Promise<void> {
  for (const sql of erasures) await queryRows(db, sql, { tenantId }, transaction);
}
