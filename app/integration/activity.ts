import type { Entity, SyncDirection } from '../lib/records.ts';
import { type Database, queryRows } from '../models/database.ts';
import { personNameSql } from '../models/person-name.ts';
import type { ActivityCursor } from './activity-cursor.ts';
import { localNameSql } from './record-name.ts';

/** Which lines of the activity are asked for; absent: all. */
export interface ActivityFilter {
  local_type?: Entity | undefined;
  local_id?: number | undefined;
  bitrix24_id?: number | undefined;
  direction?: SyncDirection | undefined;
  /** Who decided it, or who started the run. */
  actor?: string | undefined;
  run_id?: number | undefined;
  field?: string | undefined;
  since?: string | undefined;
  until?: string | undefined;
}

/** A line of the activity as the database has it. */
export interface ActivityRow {
  id: number;
  source: 'sync' | 'visitor';
  /** Microseconds since the epoch, as text: a page goes on exactly where the last one ended. */
  moment: string;
  created_at: Date;
  entity: Entity | null;
  local_id: number | null;
  bitrix24_id: string | null;
  local_name: string | null;
  direction: string;
  operation: string;
  reason: string | null;
  run_id: number | null;
  run_kind: 'sync' | 'undo' | null;
  actor: string | null;
  actor_name: string | null;
  changes: Record<string, { before: unknown; after: unknown }>;
}

/** Of each source as many lines as the page has; the indices of both lead by time. */
const lines = `
  with synced as (
    select l.id, 'sync' as source, l.created_at, l.entity, l.local_id, l.bitrix24_id, l.direction, l.operation, l.reason, l.run_id,
           r.kind as run_kind, coalesce(l.actor, r.requested_by) as actor, l.changes
      from sync_log l left join sync_runs r on r.tenant_id = l.tenant_id and r.id = l.run_id
     where l.tenant_id = $tenantId and (l.created_at, l.id) < ($before::timestamptz, $syncId::bigint)
       and ($entity::text is null or l.entity = $entity) and ($localId::integer is null or l.local_id = $localId)
       and ($remoteId::text is null or l.bitrix24_id = $remoteId) and ($direction::text is null or l.direction = $direction)
       and ($actor::text is null or coalesce(l.actor, r.requested_by) = $actor) and ($runId::integer is null or l.run_id = $runId)
       and ($field::text is null or l.changes ? $field) and ($since::timestamptz is null or l.created_at >= $since)
       and ($until::timestamptz is null or l.created_at < $until)
     order by l.created_at desc, l.id desc limit $limit),
  done as (
    select a.id, 'visitor', a.created_at, a.entity, a.local_id, a.bitrix24_id, 'none', a.action, 'asked', null::integer, null,
           a.subject, '{}'::jsonb
      from visitor_actions a
     where a.tenant_id = $tenantId and (a.created_at, a.id) < ($before::timestamptz, $visitorId::bigint)
       and $direction::text is null and $runId::integer is null and $field::text is null
       and ($entity::text is null or a.entity = $entity) and ($localId::integer is null or a.local_id = $localId)
       and ($remoteId::text is null or a.bitrix24_id = $remoteId) and ($actor::text is null or a.subject = $actor)
       and ($since::timestamptz is null or a.created_at >= $since) and ($until::timestamptz is null or a.created_at < $until)
     order by a.created_at desc, a.id desc limit $limit),
  page as (
    select * from synced union all select * from done order by created_at desc, source, id desc limit $limit)`;

/** One page of what happened to a company's records, the newest first, behind `cursor`. */
export function readActivity(
  db: Database,
  tenantId: number,
  filter: ActivityFilter,
  { cursor, limit }: { cursor: ActivityCursor | null; limit: number },
): Promise<ActivityRow[]> {
  return queryRows<ActivityRow>(
    db,
    `${lines}
     select id::float8 as id, source, (extract(epoch from created_at) * 1000000)::bigint::text as moment, created_at, entity, local_id,
            bitrix24_id, ${localNameSql({ tenant: '$tenantId', entity: 'page.entity', id: 'page.local_id' })} as local_name, direction,
            operation, reason, run_id, run_kind, actor, ${personNameSql('$tenantId', 'page.actor')} as actor_name, changes
       from page order by created_at desc, source, id desc`,
    {
      tenantId,
      limit,
      entity: filter.local_type ?? null,
      localId: filter.local_id ?? null,
      remoteId: filter.bitrix24_id === undefined ? null : String(filter.bitrix24_id),
      direction: filter.direction ?? null,
      actor: filter.actor ?? null,
      runId: filter.run_id ?? null,
      field: filter.field ?? null,
      since: filter.since ?? null,
      until: filter.until ?? null,
      before: cursor?.before ?? 'infinity',
      syncId: cursor?.syncId ?? 0,
      visitorId: cursor?.visitorId ?? 0,
    },
  );
}
