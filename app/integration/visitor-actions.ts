import { offsetOf, type Page } from '../http/paging.ts';
import type { Caller, Route } from '../http/route.ts';
import { type Entity, entityOf, pairKinds } from '../lib/records.ts';
import { type Database, queryRows } from '../models/database.ts';
import { personNameSql } from '../models/person-name.ts';
import { bitrix24Address, errorsAddress } from './address.ts';

/** How the history names what a visitor did; what stands not here is named by its method and address. */
const names: Record<string, string> = {
  [`POST ${bitrix24Address}/cards/:type/:id/sync`]: 'asked_sync',
  [`POST ${bitrix24Address}/cards/:type/:id/link`]: 'linked_by_hand',
  [`POST ${bitrix24Address}/cards/:type/:id/create`]: 'made_by_hand',
  [`POST ${bitrix24Address}/cards/:type/:id/relink`]: 'linked_by_hand',
  [`POST ${bitrix24Address}/cards/:type/:id/conflicts/:conflict/resolve`]: 'settled_conflict',
  [`POST ${bitrix24Address}/cards/:type/:id/tasks`]: 'added_task',
  'POST /api/objects/:id/tasks': 'added_task',
  [`POST ${bitrix24Address}/mappings/:id/sync`]: 'asked_sync',
  [`POST ${bitrix24Address}/pause`]: 'paused',
  [`POST ${bitrix24Address}/resume`]: 'resumed',
  [`POST ${bitrix24Address}/mappings/:id/pause`]: 'paused',
  [`POST ${bitrix24Address}/mappings/:id/resume`]: 'resumed',
  [`DELETE ${bitrix24Address}/mappings/:id`]: 'unlinked_by_hand',
  [`PUT ${bitrix24Address}/views`]: 'changed_settings',
  [`DELETE ${bitrix24Address}/views/:id`]: 'changed_settings',
  [`POST ${bitrix24Address}/records/sync`]: 'asked_sync',
  [`POST ${bitrix24Address}/records/pause`]: 'paused',
  [`POST ${bitrix24Address}/records/resume`]: 'resumed',
  [`POST ${bitrix24Address}/records/unlink`]: 'unlinked_by_hand',
  [`POST ${bitrix24Address}/records/recreate`]: 'recreated_by_hand',
  [`POST ${bitrix24Address}/conflicts/:id/resolve`]: 'settled_conflict',
  [`POST ${errorsAddress}/:id/retry`]: 'retried_error',
  [`POST ${errorsAddress}/:id/resolve`]: 'resolved_error',
  [`POST ${errorsAddress}/retry-all`]: 'retried_errors',
  [`PUT ${bitrix24Address}/settings`]: 'changed_settings',
  [`PATCH ${bitrix24Address}/settings`]: 'changed_settings',
  [`POST ${bitrix24Address}/fields`]: 'changed_settings',
  [`POST ${bitrix24Address}/settings/import`]: 'changed_settings',
  [`POST ${bitrix24Address}/settings/versions/:number/restore`]: 'changed_settings',
  [`POST ${bitrix24Address}/setup`]: 'changed_connection',
  [`POST ${bitrix24Address}/doctor/repair`]: 'changed_connection',
  [`POST ${bitrix24Address}/sync/to`]: 'started_run',
  [`POST ${bitrix24Address}/sync/from`]: 'started_run',
  [`POST ${bitrix24Address}/runs/:id/cancel`]: 'cancelled_run',
  [`POST ${bitrix24Address}/runs/:id/undo`]: 'undid_run',
  [`POST ${bitrix24Address}/activity/:logId/undo`]: 'undid_change',
  ...namesOf('objects'),
  ...namesOf('users'),
  ...namesOf('contracts'),
};

function namesOf(table: string): Record<string, string> {
  return {
    [`POST /api/${table}`]: 'added_record',
    [`PUT /api/${table}/:id`]: 'edited_record',
    [`PATCH /api/${table}/:id`]: 'edited_record',
    [`DELETE /api/${table}/:id`]: 'deleted_record',
    [`POST /api/${table}/:id/restore`]: 'restored_record',
  };
}

const localTables = Object.entries(pairKinds).map(([entity, { table }]) => ({ entity, prefix: `/api/${table}/:id` }));

/** Where the record of an action is found; its columns are `entity`, `local_id` and `bitrix24_id`. Others concern no single record. */
const sources: { prefix: string; sql: string }[] = [
  {
    prefix: `${bitrix24Address}/cards/`,
    sql: `select local_type as entity, local_id, bitrix24_id from bitrix24_sync_mappings
           where tenant_id = $tenantId and local_type = $entity and bitrix24_id = $id::text
           order by state = 'linked' desc, local_id limit 1`,
  },
  {
    prefix: `${bitrix24Address}/mappings/`,
    sql: `select local_type as entity, local_id, bitrix24_id from bitrix24_sync_mappings
           where tenant_id = $tenantId and id = $id::integer`,
  },
  {
    prefix: `${bitrix24Address}/conflicts/`,
    sql: 'select entity, local_id, bitrix24_id from sync_conflicts where tenant_id = $tenantId and id = $id::integer',
  },
  {
    prefix: `${errorsAddress}/:id/`,
    sql: `select local_type as entity, local_id, external_id as bitrix24_id from integration_errors
           where tenant_id = $tenantId and id = $id::integer`,
  },
  ...localTables.map(({ entity, prefix }) => ({
    prefix,
    sql: `select '${entity}' as entity, $id::integer as local_id, null as bitrix24_id`,
  })),
];

const noRecord = 'select null as entity, null::integer as local_id, null as bitrix24_id where false';

/** Keeps what a visitor of the pages in the portal did, by whom, and with which record. Decisions about held deletions and matches have lines of their own in the log. */
export async function noteAction(db: Database, caller: Caller, route: Route, params: unknown): Promise<void> {
  const operation = `${route.method.toUpperCase()} ${route.path}`;
  const { type = null, id = null } = (params ?? {}) as { type?: keyof typeof entityOf; id?: number };
  const source = sources.find(({ prefix }) => route.path.startsWith(prefix));
  await queryRows(
    db,
    `insert into visitor_actions (tenant_id, subject, action, entity, local_id, bitrix24_id)
     select $tenantId, $subject, $action, r.entity, r.local_id, r.bitrix24_id
       from (values (1)) as one left join lateral (${source?.sql ?? noRecord}) r on true`,
    {
      tenantId: caller.tenantId,
      subject: caller.subject,
      action: names[operation] ?? operation,
      ...(source && { id, entity: type && entityOf[type] }),
    },
  );
}

/** How long the history tells what people did on the pages. */
const keptDays = 365;

/** Drops what people did longer ago than it is told. Repeat-safe. */
export async function dropOldActions(db: Database): Promise<void> {
  await queryRows(db, `delete from visitor_actions where created_at < now() - interval '${keptDays} days'`);
}

export interface VisitorAction {
  id: number;
  /** As the session names the visitor. */
  actor: string;
  /** As the portal names them; null when it never did. */
  actor_name: string | null;
  action: string;
  local_type: Entity | null;
  local_id: number | null;
  bitrix24_id: string | null;
  created_at: Date;
}

/** One page of what the visitors of a company's portal did, the newest first. */
export async function listActions(
  db: Database,
  tenantId: number,
  page: Page,
): Promise<{ rows: VisitorAction[]; total: number }> {
  const [counted] = await queryRows<{ total: number }>(
    db,
    'select count(*)::integer as total from visitor_actions where tenant_id = $tenantId',
    { tenantId },
  );
  const rows = await queryRows<VisitorAction>(
    db,
    `select id::float8 as id, subject as actor, ${personNameSql('a.tenant_id', 'a.subject')} as actor_name, action,
            entity as local_type, local_id, bitrix24_id, created_at
       from visitor_actions a where tenant_id = $tenantId order by id desc limit $limit offset $offset`,
    { tenantId, limit: page.limit, offset: offsetOf(page) },
  );
  return { rows, total: counted?.total ?? 0 };
}
