import { containsPattern, offsetOf, type Page } from '../http/paging.ts';
import { type Entity, pairKinds } from '../lib/records.ts';
import { type Database, queryRows } from '../models/database.ts';
import { personNameSql } from '../models/person-name.ts';
import { failedAgain } from '../sync/journal/error-retries.ts';
import { localNameSql } from './record-name.ts';

/** What people do with an error now: decide, wait for its own next attempt, nothing until a moment, nothing any more. */
export const errorStates = ['open', 'retrying', 'later', 'closed'] as const;
export type ErrorState = (typeof errorStates)[number];

export interface ErrorFilter {
  status?: 'pending' | 'failed' | 'resolved';
  state?: ErrorState;
  /** Code and message without what belongs to one record, as `cause` of a row. */
  cause?: string;
  local_type?: Entity;
  /** Part of the record's name or of the message, the code, or an id of either side. */
  q?: string;
  ids?: readonly number[];
  /** Only what is not closed. */
  unresolved?: boolean;
  /** Only what failed again in a retry that a person started. */
  failedInRetry?: number;
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
  cause: string;
  snoozed_until: Date | null;
  /** The person who closed it, as their token names them; null where it ended by itself. */
  resolved_by: string | null;
  closed_as: 'closed' | 'excluded' | null;
}

/** An error in a list, with what a reader knows its record by. */
export interface ListedError extends ErrorRow {
  local_name: string | null;
  state: ErrorState;
  /** The link with the portal's record, if there is one. */
  mapping_id: number | null;
  bitrix24_id: string | null;
  /** The field that was refused, and our value of it; null where the record failed as a whole. */
  field: string | null;
  value: string | null;
  resolved_by_name: string | null;
}

export const errorColumns = `id, service, operation, local_type, local_id, bitrix24_type, external_id, run_id, kind, code, message,
  retryable, attempts, next_retry_at, status, request, response, stack_trace, created_at, updated_at, resolved_at,
  cause, snoozed_until, resolved_by, closed_as`;

const localName = localNameSql({ tenant: 'e.tenant_id', entity: 'e.local_type', id: 'e.local_id' });

const isSnoozed = `coalesce(snoozed_until > now(), false)`;
const stateSql = `case when status = 'resolved' then 'closed' when status = 'pending' then 'retrying'
  when ${isSnoozed} then 'later' else 'open' end`;

const isNamed = Object.entries({
  object: 'r.name',
  user: 'r.name',
  contract: `concat_ws(' ', r.number, r.client_name)`,
})
  .map(
    ([entity, name]) => `(local_type = '${entity}' and exists (select 1 from ${pairKinds[entity as Entity].table} r
      where r.tenant_id = e.tenant_id and r.id = e.local_id and ${name} ilike $pattern))`,
  )
  .join(' or ');

/** The condition of a filter on `integration_errors e`; its binds come from `errorFilterBinds`. */
export const errorCondition = `tenant_id = $tenantId
  and ($state::text is null or ${stateSql} = $state) and ($cause::text is null or cause = $cause)
  and ($localType::text is null or local_type = $localType) and ($ids::integer[] is null or id = any($ids))
  and (not $unresolved::boolean or status <> 'resolved') and ($retryId::integer is null or (${failedAgain}))
  and ($q::text is null or code ilike $pattern or message ilike $pattern or local_id::text = $q or external_id = $q or ${isNamed})
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
    state: filter.state ?? null,
    cause: filter.cause ?? null,
    localType: filter.local_type ?? null,
    ids: filter.ids ? [...filter.ids] : null,
    unresolved: filter.unresolved ?? false,
    retryId: filter.failedInRetry ?? null,
    q: filter.q ?? null,
    pattern: filter.q === undefined ? null : containsPattern(filter.q),
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
    `select count(*)::integer as total from integration_errors e where ${errorCondition}`,
    bind,
  );
  const rows = await queryRows<ListedError>(
    db,
    `select ${errorColumns}, ${localName} as local_name, ${stateSql} as state, mapping_id, coalesce(linked_id, external_id) as bitrix24_id,
            request #>> '{fields,0,field}' as field, field_errors -> (request #>> '{fields,0,field}') ->> 'local' as value,
            ${personNameSql('e.tenant_id', 'e.resolved_by')} as resolved_by_name
       from integration_errors e left join lateral (
         select m.id as mapping_id, m.bitrix24_id as linked_id, m.field_errors from bitrix24_sync_mappings m
          where m.tenant_id = e.tenant_id and m.local_type = e.local_type and m.local_id = e.local_id limit 1) m on true
      where ${errorCondition}
      order by case when $state = 'closed' then resolved_at end desc nulls last, id desc limit $limit offset $offset`,
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

/** How many errors of a tenant are in each state. */
export async function countErrorStates(db: Database, tenantId: number): Promise<Record<ErrorState, number>> {
  const rows = await queryRows<{ state: ErrorState; count: number }>(
    db,
    `select ${stateSql} as state, count(*)::integer as count from integration_errors where tenant_id = $tenantId group by 1`,
    { tenantId },
  );
  const none = Object.fromEntries(errorStates.map((state) => [state, 0])) as Record<ErrorState, number>;
  return { ...none, ...Object.fromEntries(rows.map(({ state, count }) => [state, count])) };
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
