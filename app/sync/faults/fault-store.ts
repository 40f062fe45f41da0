import type { Transaction } from 'sequelize';
import type { Text } from '../../lib/errors.ts';
import { redact } from '../../lib/redact.ts';
import { type Database, queryRows } from '../../models/database.ts';
import { retryingTransaction } from '../../models/retrying-transaction.ts';
import { retryErrorsOfFault } from '../journal/error-log.ts';
import { enqueue, priorities, releaseWaiting } from '../queue/sync-queue.ts';
import { type FaultKey, type FaultScope, faultName } from './scope.ts';

/** Why a fault is open. An AppError is one; a Bitrix24Error brings its reason and its advice apart. */
export interface FaultCause {
  code: string;
  /** What is wrong, and what to do about it if that is not told apart. */
  text: Text;
  /** What is wrong, without the advice. */
  reason?: Text;
  /** What a person can do. */
  advice?: Text;
}

/** An open failure of a scope above the record. */
export interface Fault extends FaultKey {
  id: number;
  code: string;
  text: Text;
  advice: Text | null;
  attempts: number;
  since: Date;
  /** When one probe decides; null when a person has to mend something first. */
  nextTryAt: Date | null;
}

interface RawFault {
  id: string;
  scope: FaultScope;
  subject: string;
  code: string;
  message: string;
  response: { text?: Text; advice?: Text };
  attempts: number;
  since: Date;
  next_try_at: Date | null;
}

const columns = 'id, scope, subject, code, message, response, attempts, since, next_try_at';

/**
 * Opens a fault, or counts another attempt of the one that is open. One row, whatever the number of records behind it. Secrets are
 * removed from its texts. Repeat-safe.
 */
export async function openFault(
  db: Database,
  tenantId: number,
  { key, error, nextTryAt }: { key: FaultKey; error: FaultCause; nextTryAt: Date | null },
  transaction?: Transaction,
): Promise<Fault> {
  const text = error.reason ?? error.text;
  const [row] = await queryRows<RawFault>(
    db,
    `insert into sync_faults as f (tenant_id, scope, subject, code, message, response, next_try_at)
     values ($tenantId, $scope, $subject, $code, $message, $response::jsonb, $nextTryAt)
     on conflict (tenant_id, scope, subject) where ended_at is null do update
        set code = excluded.code, message = excluded.message, response = excluded.response, attempts = f.attempts + 1,
            next_try_at = excluded.next_try_at, updated_at = now()
     returning ${columns}`,
    {
      ...key,
      tenantId,
      code: error.code.slice(0, 100),
      message: redact(text.ru),
      response: redact(JSON.stringify({ text, advice: error.advice })),
      nextTryAt: nextTryAt?.toISOString() ?? null,
    },
    transaction,
  );
  if (!row) throw new Error('The fault was not stored');
  return toFault(row);
}

/**
 * Ends a fault: what waited for it is due now, and the errors that it caused are tried again. Returns whether one was open.
 * Repeat-safe.
 */
export async function closeFault(
  db: Database,
  tenantId: number,
  key: FaultKey,
  transaction?: Transaction,
): Promise<boolean> {
  if (!transaction) return retryingTransaction(db, (own) => closeFault(db, tenantId, key, own));
  const [ended] = await queryRows<{ id: string }>(
    db,
    `update sync_faults set ended_at = now(), updated_at = now(), next_try_at = null
      where tenant_id = $tenantId and scope = $scope and subject = $subject and ended_at is null returning id`,
    { ...key, tenantId },
    transaction,
  );
  if (!ended) return false;
  await releaseWaiting(db, tenantId, faultName(key), transaction);
  const records = await retryErrorsOfFault(db, tenantId, Number(ended.id), transaction);
  const row = { tenantId, reason: 'retry', priority: priorities.run } as const;
  await enqueue(
    db,
    records.map((record) => ({ ...row, ...record })),
    transaction,
  );
  return true;
}

/** Ends every fault of a tenant: its connection is another one now, or none. Repeat-safe. */
export async function closeAllFaults(db: Database, tenantId: number, transaction: Transaction): Promise<void> {
  for (const { scope, subject } of await listOpenFaults(db, tenantId, transaction)) {
    await closeFault(db, tenantId, { scope, subject }, transaction);
  }
}

/** Erases what the portal said in faults that have ended: texts may name records. Repeat-safe. */
export async function eraseFaultTexts(db: Database, tenantId: number, transaction: Transaction): Promise<void> {
  await queryRows(
    db,
    `update sync_faults set message = code, response = '{}' where tenant_id = $tenantId and ended_at is not null`,
    { tenantId },
    transaction,
  );
}

/** The tenant's open faults, the oldest first. */
export async function listOpenFaults(db: Database, tenantId: number, transaction?: Transaction): Promise<Fault[]> {
  const rows = await queryRows<RawFault>(
    db,
    `select ${columns} from sync_faults where tenant_id = $tenantId and ended_at is null order by since, id`,
    { tenantId },
    transaction,
  );
  return rows.map(toFault);
}

/** Tenants with a background search that failed and whose next try has come. */
export async function listTenantsToRetrySearches(db: Database): Promise<number[]> {
  const rows = await queryRows<{ id: number }>(
    db,
    `select distinct f.tenant_id as id from sync_faults f join bitrix24_effective_connections c using (tenant_id)
      where f.ended_at is null and f.scope = 'search' and f.next_try_at <= now() and c.state = 'active' order by 1`,
  );
  return rows.map(({ id }) => id);
}

function toFault({ id, message, response, next_try_at: nextTryAt, ...row }: RawFault): Fault {
  return {
    ...row,
    id: Number(id),
    text: response.text ?? { ru: message, en: message },
    advice: response.advice ?? null,
    nextTryAt,
  };
}
