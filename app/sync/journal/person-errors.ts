import type { Transaction } from 'sequelize';
import { type Database, queryRows } from '../../models/database.ts';

/** How a person ended an error: closed it, or let its record rest as well. */
export type ClosedAs = 'closed' | 'excluded';

/** Closes errors in a person's name, unless they are closed already; returns the ids of those that were open. Repeat-safe. */
export async function closeErrorsBy(
  db: Database,
  tenantId: number,
  { ids, actor, as }: { ids: readonly number[]; actor: string; as: ClosedAs },
  transaction: Transaction,
): Promise<number[]> {
  const rows = await queryRows<{ id: number }>(
    db,
    `update integration_errors
        set status = 'resolved', resolved_at = now(), updated_at = now(), next_retry_at = null, snoozed_until = null,
            resolved_by = left($actor::text, 255), closed_as = $as
      where tenant_id = $tenantId and id = any($ids) and status <> 'resolved' returning id`,
    { tenantId, ids: [...ids], actor, as },
    transaction,
  );
  return rows.map(({ id }) => id);
}

/** An error that is open again, with its record. */
export interface Reopened {
  id: number;
  local_type: string | null;
  local_id: number | null;
  was: ClosedAs;
}

/**
 * Opens errors again that a person closed. A record has one open error: where it failed anew since, the former one stays closed.
 * Repeat-safe.
 */
export async function reopenErrors(
  db: Database,
  tenantId: number,
  ids: readonly number[],
  transaction: Transaction,
): Promise<Reopened[]> {
  return queryRows<Reopened>(
    db,
    `with former as (
       select distinct on (local_type, local_id, case when local_id is null then external_id end) id, local_type, local_id, closed_as as was
         from integration_errors e
        where tenant_id = $tenantId and id = any($ids) and status = 'resolved' and closed_as is not null
          and not exists (select 1 from integration_errors o
               where o.tenant_id = e.tenant_id and o.status <> 'resolved' and o.local_type is not distinct from e.local_type
                 and o.local_id is not distinct from e.local_id
                 and (e.local_id is not null or o.external_id is not distinct from e.external_id))
        order by local_type, local_id, case when local_id is null then external_id end, id desc)
     update integration_errors e
        set status = 'failed', resolved_at = null, resolved_by = null, closed_as = null, updated_at = now()
       from former f where e.tenant_id = $tenantId and e.id = f.id
     returning e.id, f.local_type, f.local_id, f.was`,
    { tenantId, ids: [...ids] },
    transaction,
  );
}

/** Puts open errors off until a moment, or, with null, shows them again now; returns how many. Repeat-safe. */
export async function snoozeErrors(
  db: Database,
  tenantId: number,
  { ids, until }: { ids: readonly number[]; until: Date | null },
  transaction: Transaction,
): Promise<number> {
  const rows = await queryRows(
    db,
    `update integration_errors set snoozed_until = $until
      where tenant_id = $tenantId and id = any($ids) and status = 'failed' returning id`,
    { tenantId, ids: [...ids], until: until?.toISOString() ?? null },
    transaction,
  );
  return rows.length;
}
