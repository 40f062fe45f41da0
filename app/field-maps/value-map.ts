import { canonicalLine } from './canonical.ts';
import type { Canonical, Choice, CustomPair, Gap, ListedValue, Unmapped } from './types.ts';

/** Leads between the values of a CRM column and the values of a list in the portal. */
export interface ValueMap {
  /** Ids of the list that stand for a CRM value, the one to be sent first; empty: none does. */
  toList(crm: string): readonly string[];
  /** The CRM value of an id; null: there is none. */
  toCrm(id: string): Canonical;
  unmapped: { toBitrix: Unmapped; fromBitrix: Unmapped };
  /** What tells this map from the one with which a pair was made equal. */
  fingerprint: string;
}

/** Two spellings of one value. */
function keyOf(text: string): string {
  return (canonicalLine(text) ?? '').toLowerCase();
}

/**
 * The map of a pair: by the tenant's own table or, without one, by the names of the list's values. Of several values that lead to one, the
 * marked one is the way back. `choices` are the list's values; undefined: they were never read. Pure.
 */
export function valueMapOf({ values, unmapped }: CustomPair, choices: readonly Choice[] | undefined): ValueMap {
  const rules = { toBitrix: unmapped?.to_bitrix ?? 'error', fromBitrix: unmapped?.from_bitrix ?? 'error' } as const;
  const fingerprint = fingerprintOf([values ?? 'names', rules]);
  if (values) return { ...byTable(values), unmapped: rules, fingerprint };
  return { ...byNames(choices ?? []), unmapped: rules, fingerprint };
}

function byTable(values: readonly ListedValue[]): Pick<ValueMap, 'toList' | 'toCrm'> {
  const marked = [...values].sort((one, other) => Number(other.return ?? false) - Number(one.return ?? false));
  const ids = group(marked, ({ crm }) => keyOf(crm));
  const crm = group(marked, ({ bitrix24 }) => bitrix24);
  return {
    toList: (value) => (ids.get(keyOf(value)) ?? []).map(({ bitrix24 }) => bitrix24),
    toCrm: (id) => crm.get(id)?.[0]?.crm ?? null,
  };
}

/** A CRM value that is an id of the list by itself stands for it, too: columns may hold ids since before they were paired. */
function byNames(choices: readonly Choice[]): Pick<ValueMap, 'toList' | 'toCrm'> {
  const named = group(choices, ({ name }) => keyOf(name));
  const byId = new Map(choices.map((choice) => [choice.id, choice]));
  return {
    toList(value) {
      const found = named.get(keyOf(value)) ?? [];
      return found.length > 0 ? found.map(({ id }) => id) : byId.has(value) ? [value] : [];
    },
    toCrm: (id) => canonicalLine(byId.get(id)?.name),
  };
}

function group<Item>(items: readonly Item[], keyOfItem: (item: Item) => string): Map<string, Item[]> {
  const groups = new Map<string, Item[]>();
  for (const item of items) {
    const known = groups.get(keyOfItem(item));
    if (known) known.push(item);
    else groups.set(keyOfItem(item), [item]);
  }
  return groups;
}

/** What is left where a value has none on the other side: the rule, or the value that it names instead. */
export function insteadOf(rule: Unmapped): { value: string } | { gap: Gap } {
  return typeof rule === 'string' ? { gap: rule } : { value: rule.default };
}

/** A short sign of anything that can be written as JSON: FNV-1a, twice with different beginnings. */
function fingerprintOf(value: unknown): string {
  const text = JSON.stringify(value);
  return [0x811c9dc5, 0x01000193].map((seed) => hash(text, seed).toString(36)).join('.');
}

function hash(text: string, seed: number): number {
  let sum = seed;
  for (let at = 0; at < text.length; at += 1) sum = Math.imul(sum ^ text.charCodeAt(at), 0x01000193);
  return sum >>> 0;
}
