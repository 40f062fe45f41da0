import type { Entity } from '../../lib/records.ts';
import { comparisonOf, ruleFields } from './scope.ts';
import type { SideRule } from './scope-settings.ts';

const columns: Record<Entity, (row: string) => Record<string, string>> = {
  object: (row) => ({
    types: `${row}.type`,
    statuses: `${row}.status`,
    contract_ids: `${row}.contract_id`,
    updated_since: `${row}.updated_at`,
  }),
  user: (row) => ({ roles: `${row}.role`, is_active: `${row}.is_active` }),
  contract: (row) => ({
    statuses: `${row}.status`,
    start_date: `${row}.start_date`,
    end_date: `${row}.end_date`,
  }),
};

/**
 * SQL that says whether a row of a CRM table is inside a rule of its kind. `row` is the table's alias, `rule` an SQL expression of type
 * jsonb that holds the rule (a bind, or a place in `companies.settings_good`); null takes all. Values are never part of the text.
 */
export function crmInside(entity: Entity, row: string, rule: string): string {
  const column = columns[entity](row);
  const conditions = ruleFields.crm[entity].map((field) => {
    if (field === 'clients') return clientInside(row, rule);
    const value = column[field] ?? '';
    return fieldInside(field, rule, { json: `to_jsonb(${value})`, plain: value });
  });
  return `(${conditions.join(' and ')})`;
}

/** A rule as the condition on a row with the alias `r` whose values are read out of the bind `$rule`. */
export function conditionOf(entity: Entity, rule: SideRule | undefined): { sql: string; rule: SideRule | null } {
  return { sql: crmInside(entity, 'r', '$rule::jsonb'), rule: rule ?? null };
}

/** Whatever became of the contract, its client is the object's. */
function clientInside(row: string, rule: string): string {
  return `((${rule} -> 'clients') is null or exists (
    select 1 from contracts client where client.tenant_id = ${row}.tenant_id and client.id = ${row}.contract_id
       and ((${rule} -> 'clients') @> to_jsonb(client.client_inn) or (${rule} -> 'clients') @> to_jsonb(client.client_name))))`;
}

/** The same for what is known of a record of the portal: `facts` is an SQL expression of type jsonb that is not null. */
export function bitrix24Inside(entity: Entity, facts: string, rule: string): string {
  const conditions = ruleFields.bitrix24[entity].map((field) =>
    fieldInside(field, rule, { json: `(${facts} -> '${field}')`, plain: `(${facts} ->> '${field}')` }),
  );
  return `(${conditions.join(' and ')})`;
}

function fieldInside(field: string, rule: string, { json, plain }: { json: string; plain: string }): string {
  const wanted = `(${rule} -> '${field}')`;
  const fitting: Record<ReturnType<typeof comparisonOf>, string> = {
    list: `${wanted} @> ${json}`,
    equal: `${wanted} = ${json}`,
    since: `${plain}::timestamptz >= date_trunc('second', (${rule} ->> '${field}')::timestamptz)`,
    period: `((${wanted} -> 'from') is null or ${plain}::date >= (${wanted} ->> 'from')::date)
      and ((${wanted} -> 'to') is null or ${plain}::date <= (${wanted} ->> 'to')::date) and ${plain} is not null`,
  };
  return `(${wanted} is null or coalesce(${fitting[comparisonOf(field)]}, false))`;
}
