import { offsetOf, type Page } from '../http/paging.ts';
import type { Entity } from '../lib/records.ts';
import { type Database, queryRows } from '../models/database.ts';
import { personNameSql } from '../models/person-name.ts';
import { type ActivityCause, causeOf } from './present-activity.ts';

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
  /** Who decided it, or started the run; null: the synchronisation did it by itself. */
  actor: string | null;
  /** Their name, for those who work in the portal. */
  actor_name: string | null;
  /** What brought it about. */
  cause: ActivityCause;
  /** Who changed the record in the portal, by the portal's id; null where the change did not come from there, or the portal does not tell. */
  portal_user: number | null;
  /** Their name; null also where the portal does not show it. */
  portal_user_name: string | null;
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
  const rows = await queryRows<StoredLine>(
    db,
    `with lines as (
       select id, 'sync' as source, run_id, direction, operation, changes, duration_ms, actor, reason, portal_user, created_at
         from sync_log where ${where}
       union all
       select id, 'visitor', null, 'none', action, '{}', null, subject, 'asked', null, created_at
         from visitor_actions where ${where}
       order by created_at desc, source, id desc limit $limit offset $offset),
     page as (
       select l.*, r.kind as run_kind, coalesce(l.actor, r.requested_by) as who
         from lines l left join sync_runs r on r.tenant_id = $tenantId and r.id = l.run_id)
     select id::float8 as id, source, run_id, run_kind, direction, operation, changes, duration_ms, who as actor, reason,
            ${personNameSql('$tenantId', 'page.who')} as actor_name, portal_user, null as portal_user_name, created_at
       from page order by created_at desc, source, id desc`,
    { ...bind, limit: page.limit, offset: offsetOf(page) },
  );
  return { rows: rows.map(toLine), total: counted?.total ?? 0 };
}

type StoredLine = Omit<HistoryLine, 'cause'> & { reason: string | null; run_kind: 'sync' | 'undo' | null };

function toLine({ reason, run_kind, ...line }: StoredLine): HistoryLine {
  return { ...line, cause: causeOf({ ...line, reason, run_kind }) };
}
