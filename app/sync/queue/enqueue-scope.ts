import type { Transaction } from 'sequelize';
import type { Entity } from '../../lib/records.ts';
import { type Database, queryRows } from '../../models/database.ts';
import { priorities } from './sync-queue.ts';

/** Linked pairs of one kind beside a new scope: `load/scope-changes.ts` makes it. */
export interface ScopeQuery {
  /** SQL that gives `local_id`, and `is_touched` for a pair that leaves, comes back, or is not known well enough. */
  sql: string;
  bind: Record<string, unknown>;
}

/**
 * Queues the linked pairs whose taking part changes with a new scope. Pairs of a kind that is not synchronised by itself are only queued
 * when they leave. Repeat-safe.
 */
export async function enqueueScopeChange(
  db: Database,
  { tenantId, entity }: { tenantId: number; entity: Entity },
  { sql, bind }: ScopeQuery,
  transaction: Transaction,
): Promise<void> {
  await queryRows(
    db,
    `with added as (
       insert into sync_queue as q (tenant_id, entity, side, record_id, reason, priority)
       select $tenantId, $entity, 'local', local_id, 'scope', ${priorities.run} from (${sql}) pairs
        where is_touched and (leaves or exists (select 1 from axenta_automatic_tenants($entity) t where t.tenant_id = $tenantId))
          and exists (select 1 from bitrix24_connections b where b.tenant_id = $tenantId)
        order by local_id
       on conflict (tenant_id, entity, side, record_id) do update
          set changes = q.changes + 1, due_at = least(q.due_at, excluded.due_at)
       returning tenant_id)
     select pg_notify('axenta_sync', tenant_id::text) from (select distinct tenant_id from added) t`,
    { ...bind, tenantId, entity },
    transaction,
  );
}
