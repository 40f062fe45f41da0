import { offsetOf, type Page } from '../http/paging.ts';
import type { Language, Text } from '../lib/errors.ts';
import { type Database, queryRows } from '../models/database.ts';
import { localNameSql } from './record-name.ts';

export interface ErrorFilter {
  status?: 'pending' | 'failed' | 'resolved';
  service?: string;
  operation?: string;
  kind?: string;
  /** The cause, as the error's row has it. */
  code?: string;
  retryable_only?: boolean;
}

/** An error by the table's own column names. Texts were freed of secrets when the row was written. */
export interface ErrorRow {
  id: number;
  service: string;
  operation: string;
  local_type: string | null;
  local_id: number | null;
  bitrix24_type: string | null;
  external_id: string | null;
  run_id: number | null;
  kind: string;
  code: string;
  message: string;
  retryable: boolean;
  attempts: number;
  next_retry_at: Date | null;
  status: 'pending' | 'failed' | 'resolved';
  request: unknown;
  response: unknown;
  stack_trace: string | null;
  created_at: Date;
  updated_at: Date;
  resolved_at: Date | null;
}

/** An error in a list, with what a reader knows its record by. */
export interface ListedError extends ErrorRow {
  local_name: string | null;
}

export const errorColumns = `id, service, operation, local_type, local_id, bitrix24_type, external_id, run_id, kind, code, message,
  retryable, attempts, next_retry_at, status, request, response, stack_trace, created_at, updated_at, resolved_at`;

const localName = localNameSql({ tenant: 'e.tenant_id', entity: 'e.local_type', id: 'e.local_id' });

/** The error as a reader of this language sees it: the column holds the Russian sentence, the answer beside it both. */
export function presentError<Row extends ErrorRow>(row: Row, language: Language): Row {
  const { text } = (row.response ?? {}) as { text?: Text };
  return text?.[language] ? { ...row, message: text[language] } : row;
}

/** The condition of a filter; its binds come from `errorFilterBinds`. */
export const errorCondition = `tenant_id = $tenantId
  and ($status::text is null or status = $status) and ($service::text is null or service = $service)
  and ($operation::text is null or operation = $operation) and ($kind::text is null or kind = $kind)
  and ($code::text is null or code = $code)
  and (not $retryableOnly::boolean or retryable)`;

export function errorFilterBinds(tenantId: number, filter: ErrorFilter) {
  return {
    tenantId,
    status: filter.status ?? null,
    service: filter.service ?? null,
    operation: filter.operation ?? null,
    kind: filter.kind ?? null,
    code: filter.code ?? null,
    retryableOnly: filter.retryable_only ?? false,
  };
}

/** One page of a tenant's errors, newest first, and how many there are in all. */
export async function listErrors(
  db: Database,
  tenantId: number,
  filter: ErrorFilter & Page,
): Promise<{ rows: ListedError[]; total: number }> {
  const bind = errorFilterBinds(tenantId, filter);
  const [counted] = await queryRows<{ total: number }>(
    db,
    `select count(*)::integer as total from integration_errors where ${errorCondition}`,
    bind,
  );
  const rows = await queryRows<ListedError>(
    db,
    `select ${errorColumns}, ${localName} as local_name from integration_errors e where ${errorCondition} order by id desc limit $limit offset $offset`,
    { ...bind, limit: filter.limit, offset: offsetOf(filter) },
  );
  return { rows, total: counted?.total ?? 0 };
}

/** One error of the tenant, or null. */
export async function findError(db: Database, tenantId: number, id: number): Promise<ErrorRow | null> {
  const [row] = await queryRows<ErrorRow>(
    db,
    `select ${errorColumns} from integration_errors where tenant_id = $tenantId and id = $id`,
    { tenantId, id },
  );
  return row ?? null;
}

/** Counts of a tenant's errors by status, service and operation, with the ten that happened last. */
export async function readErrorStats(db: Database, tenantId: number) {
  const [counts, services, operations, recent] = await Promise.all([
    countBy(db, tenantId, 'status'),
    countBy(db, tenantId, 'service'),
    countBy(db, tenantId, 'operation'),
    listErrors(db, tenantId, { page: 1, limit: 10 }),
  ]);
  return {
    total_errors: recent.total,
    pending_errors: counts.pending ?? 0,
    resolved_errors: counts.resolved ?? 0,
    failed_errors: counts.failed ?? 0,
    errors_by_service: services,
    errors_by_operation: operations,
    recent_errors: recent.rows,
  };
}

async function countBy(
  db: Database,
  tenantId: number,
  column: 'status' | 'service' | 'operation',
): Promise<Record<string, number>> {
  const rows = await queryRows<{ value: string; count: number }>(
    db,
    `select ${column} as value, count(*)::integer as count from integration_errors where tenant_id = $tenantId group by 1 order by 1`,
    { tenantId },
  );
  return Object.fromEntries(rows.map((row) => [row.value, row.count]));
}
