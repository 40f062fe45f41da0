import { type Entity, entities } from '../../lib/records.ts';
import type { Scopes, SideRule } from './scope-settings.ts';

/** The portal's lists by ENTITY_ID, each with the ids of its values. */
export type ListIds = ReadonlyMap<string, readonly string[]>;

/** A value of a rule that the portal does not have. */
export interface UnknownValue {
  field: string;
  /** Its place in the rule's list. */
  index: number;
  value: string;
}

/** Stages of the common funnel stand in DEAL_STAGE, those of funnel n in DEAL_STAGE_n (crm.status.list, 2026-08). */
export const stageList = (category: number | string) =>
  Number(category) === 0 ? 'DEAL_STAGE' : `DEAL_STAGE_${category}`;
const isStageList = (name: string) => /^DEAL_STAGE(_\d+)?$/.test(name);

const typeLists: Partial<Record<Entity, string>> = { user: 'CONTACT_TYPE', contract: 'COMPANY_TYPE' };

/** Funnels, stages, sources and types of a rule that the portal's lists do not have. Pure. */
export function unknownValues(entity: Entity, rule: SideRule | undefined, lists: ListIds): UnknownValue[] {
  const stages = new Set([...lists].flatMap(([name, ids]) => (isStageList(name) ? ids : [])));
  const sources = new Set(lists.get('SOURCE') ?? []);
  const types = new Set(lists.get(typeLists[entity] ?? '') ?? []);
  const isKnown: Record<string, (value: string) => boolean> = {
    categories: (value) => lists.has(stageList(value)),
    stages: (value) => stages.has(value),
    sources: (value) => sources.has(value),
    types: (value) => types.has(value),
  };
  return Object.entries(isKnown).flatMap(([field, knows]) => {
    const wanted = rule?.[field];
    const values: readonly (string | number)[] = Array.isArray(wanted) ? wanted : [];
    return values.flatMap((one, index) => (knows(String(one)) ? [] : [{ field, index, value: String(one) }]));
  });
}

/** Stages of a rule that are none of the funnels which it names. Pure. */
export function strayStages(rule: SideRule | undefined, lists: ListIds): UnknownValue[] {
  const { categories, stages } = rule ?? {};
  if (!Array.isArray(categories) || !Array.isArray(stages)) return [];
  const own = new Set(categories.flatMap((category) => lists.get(stageList(category)) ?? []));
  const isOfAnother = (stage: string) => [...lists].some(([name, ids]) => isStageList(name) && ids.includes(stage));
  return stages.flatMap((stage, index) => {
    const value = String(stage);
    return !own.has(value) && isOfAnother(value) ? [{ field: 'stages', index, value }] : [];
  });
}

/** Whether any scope asks for values of the portal's lists. */
export function asksForLists(scopes: Scopes): boolean {
  const fields = ['categories', 'stages', 'sources', 'types'];
  return entities.some((entity) => fields.some((field) => scopes[entity].bitrix24?.[field] !== undefined));
}
