import { type Entity, pairKinds } from '../../lib/records.ts';
import { type Database, queryRows } from '../../models/database.ts';
import { isNarrow } from '../plan/scope.ts';
import type { KindScope } from '../plan/scope-settings.ts';
import { bitrix24Inside, crmInside } from '../plan/scope-sql.ts';
import type { ScopeQuery } from '../queue/enqueue-scope.ts';

/** What a scope makes of the linked pairs of a kind. */
export interface ScopeCounts {
  /** Linked pairs, those that rest included. */
  total: number;
  inside: number;
  /** Take part now, and would not. */
  leave: number;
  /** Rest now, and would take part. */
  come_back: number;
  /** The portal's record was not read since rules are known: looked at when the scope is saved. */
  unknown: number;
}

/**
 * Every linked pair of a kind with what a scope makes of it, from what is known here: nothing is asked of the portal. What is known of the
 * portal's records is as old as the last event, sweep or reading.
 */
export function scopeQuery(tenantId: number, entity: Entity, scope: KindScope): ScopeQuery {
  const { table } = pairKinds[entity];
  const inside = `(${crmPart(entity)}) and (${bitrix24Part(entity)})`;
  const sql = `
    select p.*, coalesce(not is_inside, false) and excluded is null as leaves,
           coalesce(is_inside, false) and excluded is not null as comes_back,
           coalesce(is_inside = (excluded is not null), true) or ($ends::boolean and state = 'linked' and not is_inside) as is_touched
      from (select m.local_id, m.state, m.excluded, ${inside} as is_inside
              from bitrix24_sync_mappings m left join ${table} r on r.tenant_id = m.tenant_id and r.id = m.local_id
             where m.tenant_id = $tenantId and m.local_type = $entity
               and (m.state = 'linked' or (m.state = 'unlinked' and m.excluded is not null))) p`;
  const ruleOf = (rule: KindScope['crm']) => (isNarrow(rule) ? JSON.stringify(rule) : null);
  const bind = {
    tenantId,
    entity,
    crm: ruleOf(scope.crm),
    bitrix24: ruleOf(scope.bitrix24),
    ends: scope.on_leave === 'unlink',
  };
  return { sql, bind };
}

/** A row that is gone stays what it was. */
function crmPart(entity: Entity): string {
  const gone = `$crm::jsonb is null or m.excluded is null or m.excluded not like 'crm.%'`;
  return `case when r.id is null then ${gone} else ${crmInside(entity, 'r', '$crm::jsonb')} end`;
}

function bitrix24Part(entity: Entity): string {
  const known = bitrix24Inside(entity, 'm.scope_facts', '$bitrix24::jsonb');
  return `case when $bitrix24::jsonb is null then true when m.scope_facts is null then null else ${known} end`;
}

/** Counts the linked pairs of a kind beside a scope. */
export async function countScope(
  db: Database,
  tenantId: number,
  entity: Entity,
  scope: KindScope,
): Promise<ScopeCounts> {
  const { sql, bind } = scopeQuery(tenantId, entity, scope);
  const [counts] = await queryRows<ScopeCounts>(
    db,
    `select count(*)::integer as total, count(*) filter (where is_inside)::integer as inside,
            count(*) filter (where leaves)::integer as leave, count(*) filter (where comes_back)::integer as come_back,
            count(*) filter (where is_inside is null)::integer as unknown from (${sql}) pairs`,
    bind,
  );
  if (!counts) throw new Error('An aggregate without groups has always one row');
  return counts;
}

/** How many CRM records of a kind that are not deleted are inside a rule, and how many there are. */
export async function countRows(
  db: Database,
  tenantId: number,
  entity: Entity,
  rule: KindScope['crm'],
): Promise<{ inside: number; total: number }> {
  const [counts] = await queryRows<{ inside: number; total: number }>(
    db,
    `select count(*)::integer as total, count(*) filter (where ${crmInside(entity, 'r', '$rule::jsonb')})::integer as inside
       from ${pairKinds[entity].table} r where r.tenant_id = $tenantId and r.deleted_at is null`,
    { tenantId, rule: rule ? JSON.stringify(rule) : null },
  );
  if (!counts) throw new Error('An aggregate without groups has always one row');
  return counts;
}
