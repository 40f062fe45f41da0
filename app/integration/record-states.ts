import { type Entity, pairKinds } from '../lib/records.ts';
import { crmInside } from '../sync/plan/scope-sql.ts';

/**
 * What a record is in, one of them at a time, the first that holds: an error that a person has to look at; its Bitrix24 record is gone; it
 * is outside of the scope; a conflict is open; a person paused it; it waits to be synchronised, or is tried again by itself; nothing of that
 * and linked; or not linked.
 */
export const recordStates = [
  ...(['failing', 'orphaned', 'excluded', 'conflict', 'paused', 'waiting', 'in_step', 'not_linked'] as const),
];
export type RecordState = (typeof recordStates)[number];

/** Where a record is: linked on both sides, in the CRM alone, or, as far as an open error tells of it, in Bitrix24 alone. */
export const recordLinks = ['linked', 'crm_only', 'bitrix24_only'] as const;
export type RecordLink = (typeof recordLinks)[number];

/** SQL of one kind of records: every query of states, counts and lists is made of it, so that they agree. Binds `$tenantId`. */
export interface RecordSource {
  /** Tables: `r` is the CRM's row, `m` its mapping, `s` holds the scope's rule. */
  from: string;
  /** The tenant's records: those of the CRM, and deleted ones whose Bitrix24 record still has to follow. */
  where: string;
  /** Expressions over `from`. */
  state: string;
  link: string;
  name: string;
  /** What tells a record from its namesakes. */
  detail: string;
}

const names: Record<Entity, { name: string; detail: string }> = {
  object: { name: 'r.name', detail: 'r.imei' },
  user: { name: 'r.name', detail: `concat_ws(', ', r.email, r.phone)` },
  contract: { name: `concat_ws(' ', r.number, r.client_name)`, detail: 'r.client_inn' },
};

/** The records of a kind that the CRM has. */
export function crmRecords(entity: Entity): RecordSource {
  const { table } = pairKinds[entity];
  return {
    from: `${table} r left join bitrix24_sync_mappings m
        on m.tenant_id = $tenantId and m.local_type = '${entity}' and m.local_id = r.id
      cross join (select settings_good #> '{scope,${entity},crm}' as rule from companies where id = $tenantId) s`,
    where: `r.tenant_id = $tenantId and (r.deleted_at is null or m.state = 'linked')`,
    state: stateOf(entity),
    link: `case when m.state = 'linked' then 'linked' else 'crm_only' end`,
    name: names[entity].name,
    detail: names[entity].detail,
  };
}

/** Every `exists` compares one column: PostgreSQL looks it up for a page, and reads the other table once for a count. */
function stateOf(entity: Entity): string {
  const error = (status: string) => `(
    exists (select 1 from integration_errors e where e.tenant_id = $tenantId and e.local_type = '${entity}' and e.status = '${status}'
                and e.local_id = r.id)
    or exists (select 1 from integration_errors e where e.tenant_id = $tenantId and e.local_type = '${entity}' and e.status = '${status}'
                and e.local_id is null and e.external_id = m.bitrix24_id))`;
  const queued = `(
    exists (select 1 from sync_queue q where q.tenant_id = $tenantId and q.entity = '${entity}' and q.side = 'local' and q.record_id = r.id)
    or exists (select 1 from sync_queue q where q.tenant_id = $tenantId and q.entity = '${entity}' and q.side = 'bitrix24'
                and q.record_id = m.bitrix24_key))`;
  const paused = `(
    exists (select 1 from sync_pauses p where p.tenant_id = $tenantId and (p.entity is null or (p.entity = '${entity}' and p.local_id is null)))
    or exists (select 1 from sync_pauses p where p.tenant_id = $tenantId and p.entity = '${entity}' and p.local_id = r.id))`;
  return `case
    when ${error('failed')} then 'failing'
    when m.state = 'orphaned' then 'orphaned'
    when m.state = 'linked' and m.excluded is not null then 'excluded'
    when m.state is distinct from 'linked' and not ${crmInside(entity, 'r', 's.rule')} then 'excluded'
    when exists (select 1 from sync_conflicts c where c.tenant_id = $tenantId and c.entity = '${entity}' and c.state = 'open'
                    and c.local_id = r.id) then 'conflict'
    when ${paused} and (m.state = 'linked' or ${queued}) then 'paused'
    when ${queued} or ${error('pending')} then 'waiting'
    when m.state = 'linked' then 'in_step'
    else 'not_linked' end`;
}

/** Records of the portal that no CRM record stands for, as far as an open error tells of them. `r` is the error. */
export function portalRecords(entity: Entity): RecordSource {
  const type = pairKinds[entity].bitrix24Type;
  return {
    from: 'integration_errors r',
    where: `r.tenant_id = $tenantId and r.local_type = '${entity}' and r.local_id is null and r.external_id is not null
      and r.status <> 'resolved'
      and not exists (select 1 from bitrix24_sync_mappings m where m.tenant_id = $tenantId and m.bitrix24_type = '${type}'
                         and m.bitrix24_id = r.external_id)`,
    state: `case when r.status = 'failed' then 'failing' else 'waiting' end`,
    link: `'bitrix24_only'`,
    name: 'null::text',
    detail: 'null::text',
  };
}
