import type { Transaction } from 'sequelize';
import { Bitrix24Error } from '../../bitrix24/errors.ts';
import { AppError, type Text } from '../../lib/errors.ts';
import { type Entity, pairKinds, type Side } from '../../lib/records.ts';
import { redact } from '../../lib/redact.ts';
import { type Database, queryRows, tenantRecords } from '../../models/database.ts';

export interface ErrorEntry {
  operation: string;
  /** Null for an error of the whole connection. */
  entity: Entity | null;
  localId: number | null;
  remoteId: number | null;
  runId: number | null;
  error: unknown;
  attempts: number;
  /** Null makes it a dead letter. */
  nextRetryAt: Date | null;
  /** What was asked, secrets removed. */
  request?: unknown;
  /** The open fault that caused it: the record is tried again when that ends. */
  faultId?: number;
}

/** What an open row is unique by: a local record is one, whichever Bitrix24 record it had when it failed. For `on conflict`. */
const openErrorKey = `(tenant_id, coalesce(local_type, ''), coalesce(local_id, 0),
       (case when local_id is null then coalesce(external_id, '') else '' end))`;

/**
 * Writes an error that a person can act on. A record (or a connection) has one open row: the same failure again is counted there,
 * not repeated. A failure that is tried again by itself never takes the place of a question to a person: the question would be closed
 * with it. Secrets are removed from every text.
 */
export async function recordError(
  db: Database,
  tenantId: number,
  entry: ErrorEntry,
  transaction?: Transaction,
): Promise<void> {
  const { error } = entry;
  const known = error instanceof Bitrix24Error ? error : null;
  await queryRows(
    db,
    `insert into integration_errors as e (tenant_id, operation, local_type, local_id, bitrix24_type, external_id, run_id, kind,
            code, message, retryable, attempts, next_retry_at, status, request, response, stack_trace, fault_id)
     values ($tenantId, $operation, $localType, $localId, $bitrix24Type, $externalId, $runId, $kind, $code, $message,
             $retryable, $attempts, $nextRetryAt, $status, $request::jsonb, $response::jsonb, $stack, $faultId)
     on conflict ${openErrorKey}
        where status <> 'resolved' do update
        set external_id = coalesce(excluded.external_id, e.external_id), operation = excluded.operation,
            run_id = excluded.run_id, kind = excluded.kind, code = excluded.code,
            message = excluded.message, retryable = excluded.retryable, attempts = excluded.attempts,
            next_retry_at = excluded.next_retry_at, status = excluded.status, request = excluded.request,
            response = excluded.response, stack_trace = excluded.stack_trace, fault_id = excluded.fault_id, updated_at = now(),
            -- another failure is shown at once
            snoozed_until = case when e.code = excluded.code then e.snoozed_until end
          where e.operation <> 'ask_person' or excluded.operation = 'ask_person' or excluded.status = 'failed'`,
    {
      tenantId,
      operation: entry.operation,
      localType: entry.entity,
      localId: entry.localId,
      bitrix24Type: entry.entity && pairKinds[entry.entity].bitrix24Type,
      externalId: entry.remoteId === null ? null : String(entry.remoteId),
      runId: entry.runId,
      kind: known?.kind ?? 'validation',
      code: codeOf(error),
      message: redact(messageOf(error)),
      retryable: known?.retryable ?? false,
      attempts: entry.attempts,
      nextRetryAt: entry.nextRetryAt?.toISOString() ?? null,
      status: entry.nextRetryAt ? 'pending' : 'failed',
      request: entry.request === undefined ? null : redact(JSON.stringify(entry.request)),
      response: error instanceof AppError ? redact(JSON.stringify(answerOf(error))) : null,
      stack: error instanceof Error ? redact(error.stack ?? error.message) : null,
      faultId: entry.faultId ?? null,
    },
    transaction,
  );
}

/** Writes the one error of a connection that is suspended; a person must mend it. The same error again is counted in its open row. */
export async function recordConnectionError(
  db: Database,
  tenantId: number,
  { operation, code, text }: { operation: string; code: string; text: Text },
  transaction: Transaction,
): Promise<void> {
  await queryRows(
    db,
    `insert into integration_errors as e (tenant_id, operation, kind, code, message, retryable, status)
     values ($tenantId, $operation, 'auth', $code, $message, false, 'failed')
     on conflict ${openErrorKey}
        where status <> 'resolved' do update
        set operation = excluded.operation, kind = excluded.kind, code = excluded.code,
            message = excluded.message, attempts = e.attempts + 1, status = 'failed', updated_at = now()`,
    { tenantId, operation, code, message: redact(text.ru) },
    transaction,
  );
}

/** Closes the open errors of records that are in order now, or of those statuses only. Repeat-safe. */
export async function resolveErrors(
  db: Database,
  tenantId: number,
  {
    records,
    statuses = ['pending', 'failed'],
  }: {
    records: readonly { entity: Entity; localId: number | null; remoteId: number | null }[];
    statuses?: readonly ('pending' | 'failed')[];
  },
  transaction: Transaction,
): Promise<void> {
  if (records.length === 0) return;
  await queryRows(
    db,
    `with records as ${tenantRecords('records', 'entity text, "localId" integer, "remoteId" text')},
     mended as (
       select e.id from records r join integration_errors e
           on e.tenant_id = r.tenant_id and e.local_type = r.entity and e.local_id = r."localId"
        where e.status <> 'resolved' and e.status = any($statuses)
       union
       select e.id from records r join integration_errors e
           on e.tenant_id = r.tenant_id and e.local_type = r.entity and e.external_id = r."remoteId"
        where e.status <> 'resolved' and e.status = any($statuses) and e.local_id is null)
     update integration_errors set status = 'resolved', resolved_at = now(), updated_at = now(), next_retry_at = null
      where tenant_id = $tenantId and id in (select id from mended)`,
    { tenantId, records: JSON.stringify(records), statuses },
    transaction,
  );
}

/** What is shown of a failure later, in the reader's language. */
function answerOf(error: AppError) {
  const { code, text } = error;
  return error instanceof Bitrix24Error ? { code, text, advice: error.advice } : { code, text };
}

/** The stable code of any failure. */
export function codeOf(error: unknown): string {
  return error instanceof AppError ? error.code : 'internal_error';
}

/** The sentence for people; Russian, as the log and the error table are. */
export function messageOf(error: unknown): string {
  return error instanceof AppError ? error.text.ru : error instanceof Error ? error.message : String(error);
}

/** A record that an error is about, as the sync queue names it. */
export interface ErrorRecord {
  entity: Entity;
  side: Side;
  recordId: number;
}

/**
 * Marks the open errors that a fault caused as tried again at once; returns their records, which the caller queues in the same
 * transaction. Repeat-safe.
 */
export async function retryErrorsOfFault(
  db: Database,
  tenantId: number,
  faultId: number,
  transaction: Transaction,
): Promise<ErrorRecord[]> {
  return queryRows<ErrorRecord>(
    db,
    `update integration_errors
        set status = 'pending', attempts = 0, next_retry_at = now(), updated_at = now(), fault_id = null
      where tenant_id = $tenantId and fault_id = $faultId and status <> 'resolved' and local_type is not null
     returning local_type as entity, case when local_id is null then 'bitrix24' else 'local' end as side,
               coalesce(local_id, external_id::integer) as "recordId"`,
    { tenantId, faultId },
    transaction,
  );
}

/** Ties the open errors of a kind that have the fault's code to the fault. `verbs`: how their operations begin. Repeat-safe. */
export async function attachErrorsToFault(
  db: Database,
  tenantId: number,
  { faultId, entity, code, verbs }: { faultId: number; entity: string; code: string; verbs: readonly string[] },
): Promise<void> {
  await queryRows(
    db,
    `update integration_errors set fault_id = $faultId
      where tenant_id = $tenantId and local_type = $entity and code = $code and status <> 'resolved'
        and split_part(operation, '_', 1) = any($verbs) and fault_id is distinct from $faultId`,
    { tenantId, faultId, entity, code, verbs: [...verbs] },
  );
}
