import { offsetOf, type Page } from '../http/paging.ts';
import type { Entity } from '../lib/records.ts';
import { type Database, queryRows } from '../models/database.ts';
import { personNameSql } from '../models/person-name.ts';

/** One applied change of a record pair, with what was before and after, or what a visitor of the pages in the portal did with it. */
export interface HistoryLine {
  id: number;
  /** Ids are unique within each. */
  source: 'sync' | 'visitor';
  run_id: number | null;
  direction: string;
  operation: string;
  changes: Record<string, { before: unknown; after: unknown }>;
  duration_ms: number | null;
  /** Who decided it; null: the synchronisation did it by itself. */
  actor: string | null;
  /** Their name, for those who work in the portal. */
  actor_name: string | null;
  created_at: Date;
}

/** One page of a record's history, newest first, and how many lines there are in all. */
export async function readPairHistory(
  db: Database,
  tenantId: number,
  record: { entity: Entity; localId: number },
  page: Page,
): Promise<{ rows: HistoryLine[]; total: number }> {
  const bind = { tenantId, ...record };
  const where = 'tenant_id = $tenantId and entity = $entity and local_id = $localId';
  const [counted] = await queryRows<{ total: number }>(
    db,
    `select ((select count(*) from sync_log where ${where})
       + (select count(*) from visitor_actions where ${where}))::integer as total`,
    bind,
  );
  const rows = await queryRows<HistoryLine>(
    db,
    `with lines as (
       select id, 'sync' as source, run_id, direction, operation, changes, duration_ms, actor, created_at
         from sync_log where ${where}
       union all
       select id, 'visitor', null, 'none', action, '{}', null, subject, created_at
         from visitor_actions where ${where})
     select id::float8 as id, source, run_id, direction, operation, changes, duration_ms, actor,
            ${personNameSql('$tenantId', 'lines.actor')} as actor_name, created_at
       from lines order by created_at desc, source, id desc limit $limit offset $offset`,
    { ...bind, limit: page.limit, offset: offsetOf(page) },
  );
  return { rows, total: counted?.total ?? 0 };
}
