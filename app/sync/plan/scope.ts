import type { ListFilter, RemoteRecord } from '../../bitrix24/client.ts';
import type { LocalRecord } from '../../field-maps/types.ts';
import { type Entity, entities } from '../../lib/records.ts';
import type { KindScope, RuleValue, SideRule } from './scope-settings.ts';

/** How a field of a rule is compared: one of a list, equal, within days, not before a moment. */
export type Comparison = 'list' | 'equal' | 'period' | 'since';

const comparisons: Record<string, Comparison> = {
  types: 'list',
  statuses: 'list',
  contract_ids: 'list',
  clients: 'list',
  roles: 'list',
  categories: 'list',
  stages: 'list',
  responsible: 'list',
  sources: 'list',
  is_active: 'equal',
  start_date: 'period',
  end_date: 'period',
  updated_since: 'since',
};

/** Fields of the rules of a kind, by side. */
export const ruleFields: Record<'crm' | 'bitrix24', Record<Entity, readonly string[]>> = {
  crm: {
    object: ['types', 'statuses', 'contract_ids', 'clients', 'updated_since'],
    user: ['roles', 'is_active'],
    contract: ['statuses', 'start_date', 'end_date'],
  },
  bitrix24: {
    object: ['categories', 'stages', 'responsible', 'sources', 'updated_since'],
    user: ['types', 'responsible'],
    contract: ['types', 'responsible'],
  },
};

/** Fields of the portal that hold what a rule asks for, by upper-case name; where portals differ the first one that is there. */
export const portalFields: Record<string, readonly string[]> = {
  categories: ['CATEGORY_ID'],
  stages: ['STAGE_ID'],
  responsible: ['ASSIGNED_BY_ID'],
  sources: ['SOURCE_ID'],
  types: ['COMPANY_TYPE', 'TYPE_ID'],
};
const numbers = new Set(['categories', 'responsible']);

/** What one record has in the fields that rules ask for; of a client its INN and its name. */
export type Facts = Readonly<Record<string, Fact>>;
export type Fact = string | number | boolean | null | readonly string[];

/** How a field of a rule is compared. */
export function comparisonOf(field: string): Comparison {
  const comparison = comparisons[field];
  if (!comparison) throw new Error(`No rule has the field ${field}`);
  return comparison;
}

/** What a CRM record has in the fields that rules of its kind ask for. */
export function crmFacts(entity: Entity, { record, modifiedAt }: { record: LocalRecord; modifiedAt: Date }): Facts {
  const text = (column: string) => asText(record[column]);
  if (entity === 'user') return { roles: text('role'), is_active: record.is_active === true };
  if (entity === 'contract') {
    return { statuses: text('status'), start_date: text('start_date'), end_date: text('end_date') };
  }
  const clients = [text('contract_client_inn_now'), text('contract_client_name_now')].filter((one) => one !== null);
  return {
    types: text('type'),
    statuses: text('status'),
    contract_ids: record.contract_id === null ? null : Number(record.contract_id),
    clients,
    updated_since: modifiedAt.toISOString(),
  };
}

/** What a record of the portal has in the fields that rules of its kind ask for. */
export function bitrix24Facts(
  entity: Entity,
  { fields, modifiedAt }: Pick<RemoteRecord, 'fields' | 'modifiedAt'>,
): Facts {
  const facts = ruleFields.bitrix24[entity].map((field): [string, Fact] => {
    if (field === 'updated_since') return [field, modifiedAt.toISOString()];
    const name = portalFields[field]?.find((one) => one in fields);
    const value = asText(name === undefined ? null : fields[name]);
    return [field, value !== null && numbers.has(field) ? Number(value) : value];
  });
  return Object.fromEntries(facts);
}

function asText(value: unknown): string | null {
  return value === null || value === undefined || value === '' ? null : String(value);
}

/** The first field of a rule that a record does not fit; null: it is inside. */
export function mismatchOf(rule: SideRule | undefined, facts: Facts): string | null {
  for (const [field, wanted] of Object.entries(rule ?? {})) {
    if (wanted !== undefined && !fits(comparisonOf(field), wanted, facts[field] ?? null)) return field;
  }
  return null;
}

function fits(comparison: Comparison, wanted: RuleValue, fact: Fact): boolean {
  if (fact === null) return false;
  switch (comparison) {
    case 'list': {
      const values: readonly unknown[] = Array.isArray(wanted) ? wanted : [];
      return (Array.isArray(fact) ? fact : [fact]).some((one) => values.includes(one));
    }
    case 'equal':
      return fact === wanted;
    case 'since':
      return Date.parse(String(fact)) >= secondOf(String(wanted)).getTime();
    case 'period': {
      const { from, to } = wanted as Extract<RuleValue, { from?: unknown }>;
      const day = String(fact);
      return (from === undefined || day >= from) && (to === undefined || day <= to);
    }
  }
}

/** The whole second in which a moment lies. */
function secondOf(moment: string): Date {
  return new Date(Math.floor(Date.parse(moment) / 1000) * 1000);
}

/** A rule of the Bitrix24 side as `crm.item.list` takes it. */
export function listFilterOf(rule: SideRule | undefined): Pick<ListFilter, 'changedSince' | 'where'> {
  const where = Object.entries(rule ?? {}).flatMap(([field, wanted]) =>
    Array.isArray(wanted) ? [{ fields: portalFields[field] ?? [], values: wanted }] : [],
  );
  const since = rule?.updated_since;
  return {
    ...(where.length > 0 && { where }),
    ...(typeof since === 'string' && { changedSince: secondOf(since) }),
  };
}

/** Two rules of the Bitrix24 side as one that asks for both; null when no record can fit both. */
export function bothRules(one: SideRule | null | undefined, other: SideRule | undefined): SideRule | null {
  if (one === null) return null;
  const both: Record<string, RuleValue | undefined> = { ...one };
  for (const [field, wanted] of Object.entries(other ?? {})) {
    const known = both[field];
    if (known === undefined) both[field] = wanted;
    else if (Array.isArray(known) && Array.isArray(wanted)) {
      const values = known.filter((value) => wanted.includes(value));
      if (values.length === 0) return null;
      both[field] = values;
    } else if (field === 'updated_since' && Date.parse(String(wanted)) > Date.parse(String(known)))
      both[field] = wanted;
  }
  return both;
}

/** Why a pair does not take part: which rule, and which of its fields. */
export interface Outside {
  side: 'crm' | 'bitrix24';
  field: string;
}

/** The sides of a pair as far as they are known. */
export interface ScopedPair {
  /** Null: the row is gone, or there is none. */
  crm: Facts | null;
  /** Null: there is no record of the portal, or nothing is known of it. */
  bitrix24: Facts | null;
}

/**
 * Whether a pair is outside of a scope. A pair takes part when its CRM record is inside the CRM rule and its Bitrix24 record inside the
 * Bitrix24 rule; a side that is not there is not asked. Pure.
 */
export function outsideOf({ crm, bitrix24 }: KindScope, pair: ScopedPair): Outside | null {
  const own = pair.crm && mismatchOf(crm, pair.crm);
  if (own) return { side: 'crm', field: own };
  const theirs = pair.bitrix24 && mismatchOf(bitrix24, pair.bitrix24);
  return theirs ? { side: 'bitrix24', field: theirs } : null;
}

/** How a mapping remembers the rule. */
export function markOf({ side, field }: Outside): string {
  return `${side}.${field}`;
}

/** The rule of a mapping's mark; null for none. */
export function ofMark(mark: string | null): Outside | null {
  const [side, field] = mark?.split('.') ?? [];
  return (side === 'crm' || side === 'bitrix24') && field ? { side, field } : null;
}

/** Whether a scope leaves anything out. */
export function isNarrow(rule: SideRule | undefined): boolean {
  return Object.values(rule ?? {}).some((wanted) => wanted !== undefined);
}

/** Kinds whose scope is another one now. */
export function changedKinds(before: Record<Entity, KindScope>, after: Record<Entity, KindScope>): Entity[] {
  return entities.filter((entity) => JSON.stringify(before[entity]) !== JSON.stringify(after[entity]));
}
