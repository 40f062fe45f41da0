import type { Transaction } from 'sequelize';
import { type Database, queryRows } from '../../models/database.ts';
import { retryingTransaction } from '../../models/retrying-transaction.ts';
import { eraseFaultTexts } from '../../sync/faults/fault-store.ts';
import { eraseJournalValues } from '../../sync/journal/erase-values.ts';
import { eraseFormerValues } from '../../sync/load/first-links.ts';
import { forgetFormerPortal } from '../connection/forget-portal-data.ts';

/**
 * Forgets a portal that asked for that as it removed the app (`CLEAN=1`): links, and every value of its people that stands beside the
 * CRM's own records. A step that is being written just now may still leave some, so it is done once more when that has ended:
 * `finishErasure`. Repeat-safe.
 */
export async function erasePortal(
  db: Database,
  { id, tenantId, host }: { id: number; tenantId: number; host: string },
  transaction: Transaction,
): Promise<void> {
  await forgetValues(db, tenantId, host, transaction);
  await queryRows(db, 'update bitrix24_installations set erasure_owed = true where id = $id', { id }, transaction);
}

/** Ends an erasure, from the tenant's own line of jobs: no step of it is under way there. Nothing to do for most. Repeat-safe. */
export async function finishErasure(db: Database, tenantId: number): Promise<void> {
  const owed = 'select portal_host as host from bitrix24_installations where tenant_id = $tenantId and erasure_owed';
  if ((await queryRows(db, owed, { tenantId })).length === 0) return;
  await retryingTransaction(db, async (transaction) => {
    // A company that is connected again keeps what it has learned since.
    const hosts = await queryRows<{ host: string }>(
      db,
      `${owed} and not exists (select 1 from bitrix24_connections c where c.tenant_id = $tenantId) for update`,
      { tenantId },
      transaction,
    );
    for (const { host } of hosts) await forgetValues(db, tenantId, host, transaction);
    await queryRows(
      db,
      'update bitrix24_installations set erasure_owed = false where tenant_id = $tenantId and erasure_owed',
      { tenantId },
      transaction,
    );
  });
}

/** Who opened our pages there, and what was asked of the portal. */
const ownTables: readonly string[] = ['portal_people', 'bitrix24_requests'];

async function forgetValues(db: Database, tenantId: number, host: string, transaction: Transaction): Promise<void> {
  await forgetFormerPortal(db, tenantId, transaction);
  await eraseJournalValues(db, tenantId, transaction);
  await eraseFaultTexts(db, tenantId, transaction);
  await eraseFormerValues(db, tenantId, host, transaction);
  await eraseTold(db, tenantId, transaction);
  for (const table of ownTables)
    await queryRows(db, `delete from ${table} where tenant_id = $tenantId`, { tenantId }, transaction);
}

/** What people were told in the portal's own words: texts of faults may name records. That it is gone is told all the same. */
async function eraseTold(db: Database, tenantId: number, transaction: Transaction): Promise<void> {
  const erase = (statement: string) => queryRows(db, statement, { tenantId }, transaction);
  await erase(`delete from alerts where tenant_id = $tenantId and cause = 'fault_open'`);
  await erase(
    `delete from alert_deliveries where tenant_id = $tenantId and (cause = 'fault_open' or event = 'digest')`,
  );
}
