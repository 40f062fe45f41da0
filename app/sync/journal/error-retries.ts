import type { Transaction } from 'sequelize';
import { type Database, queryRows } from '../../models/database.ts';

/** Errors that a person had tried again at once, and what became of them by now. */
export interface ErrorRetry {
  id: number;
  /** `sub` of the token. */
  requested_by: string;
  created_at: Date;
  total: number;
  mended: number;
  /** Closed by a person since. */
  closed: number;
  failed: number;
  /** Not tried yet. */
  waiting: number;
}

/** Keeps a retry of these errors; returns its id. Null where there are none. */
export async function saveRetry(
  db: Database,
  tenantId: number,
  { ids, actor }: { ids: readonly number[]; actor: string },
  transaction: Transaction,
): Promise<number | null> {
  if (ids.length === 0) return null;
  const [retry] = await queryRows<{ id: number }>(
    db,
    `insert into error_retries (tenant_id, requested_by, total) values ($tenantId, left($actor::text, 255), $total) returning id`,
    { tenantId, actor, total: ids.length },
    transaction,
  );
  if (!retry) throw new Error('The retry was not stored');
  await queryRows(
    db,
    'insert into error_retry_items (tenant_id, retry_id, error_id) select $tenantId, $retryId, unnest($ids::integer[])',
    { tenantId, retryId: retry.id, ids: [...ids] },
    transaction,
  );
  return retry.id;
}

/** Marked at once as it was started; what failed since waits for a later moment, or for a person. */
const outcome = `case when e.status = 'resolved' then case when e.closed_as is null then 'mended' else 'closed' end
  when e.status = 'failed' or e.next_retry_at > e.updated_at then 'failed' else 'waiting' end`;

/** The last retries of a tenant, the newest first, or the one that is named. */
export async function readRetries(
  db: Database,
  tenantId: number,
  { id = null, limit }: { id?: number | null; limit: number },
): Promise<ErrorRetry[]> {
  const count = (name: string) => `(count(*) filter (where i.outcome = '${name}'))::integer as ${name}`;
  return queryRows<ErrorRetry>(
    db,
    `with r as materialized (
       select id, requested_by, created_at, total from error_retries
        where tenant_id = $tenantId and ($id::integer is null or id = $id) order by id desc limit $limit)
     select r.id, r.requested_by, r.created_at, r.total, ${['mended', 'closed', 'failed', 'waiting'].map(count).join(', ')}
       from r left join lateral (
         select ${outcome} as outcome from error_retry_items t
           join integration_errors e on e.tenant_id = t.tenant_id and e.id = t.error_id
          where t.tenant_id = $tenantId and t.retry_id = r.id) i on true
      group by r.id, r.requested_by, r.created_at, r.total order by r.id desc`,
    { tenantId, id, limit },
  );
}

/** The errors of a retry that failed again, as a condition on `integration_errors e` with the bind `retryId`. */
export const failedAgain = `e.id in (select error_id from error_retry_items t where t.tenant_id = e.tenant_id and t.retry_id = $retryId)
  and (${outcome}) = 'failed'`;
