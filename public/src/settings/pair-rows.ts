import type { MapChoices, PortalField } from '../api/field-map.ts';
import type { CustomPair, FieldMapChoice, Owner, Policy } from '../api/settings.ts';

/** A pair of fields as the page shows it. */
export interface PairRow {
  key: string;
  /** CRM columns by their names. */
  local: readonly string[];
  fields: PortalField[];
  owner: Owner;
  policy: Policy | null;
  isOn: boolean;
  /** The company's own pair; null for one that every company has. */
  own: CustomPair | null;
  /** Owners that may be chosen. */
  owners: readonly Owner[];
}

export const keyOf = ({ local, bitrix24 }: Pick<CustomPair, 'local' | 'bitrix24'>) => `${local}:${bitrix24}`;
const anyOwner: readonly Owner[] = ['both', 'crm', 'bitrix24'];
const listConversions = ['list', 'status', 'stage', 'category', 'user'];

/** All pairs of a kind: those that every company has, then its own. Pure. */
export function pairRows(choices: MapChoices, map: FieldMapChoice): PairRow[] {
  const policyOf = (key: string) => map.policies?.[key] ?? null;
  const builtIn = choices.pairs.map(({ key, owner, local, bitrix24 }) => ({
    ...{ key, local, own: null, owners: anyOwner, policy: policyOf(key) },
    fields: choices.fields.filter(({ field }) => bitrix24.includes(field)),
    owner: map.owners?.[key] ?? owner,
    isOn: !(map.disabled ?? []).includes(key),
  }));
  const own = (map.custom ?? []).map((pair) => {
    const only = choices.columns.find(({ local }) => local === pair.local)?.owner;
    return {
      ...{
        key: keyOf(pair),
        local: [pair.local],
        own: pair,
        owner: pair.owner,
        policy: policyOf(keyOf(pair)),
        isOn: true,
      },
      fields: choices.fields.filter(({ field }) => field === pair.bitrix24),
      owners: only ? [only] : anyOwner,
    };
  });
  return [...builtIn, ...own];
}

/** Conversions between the two fields of an own pair, the usual one first. Pure. */
export function conversionsOf(
  choices: MapChoices,
  { local, bitrix24 }: Pick<CustomPair, 'local' | 'bitrix24'>,
): string[] {
  const column = choices.columns.find((one) => one.local === local);
  const field = choices.fields.find((one) => one.field === bitrix24);
  return (column && field?.fits[column.type]) ?? [];
}

/** Whether the values of an own pair are led over by a table. Pure. */
export function isListed(choices: MapChoices, pair: CustomPair): boolean {
  const conversion = pair.conversion ?? conversionsOf(choices, pair)[0] ?? '';
  return listConversions.includes(conversion);
}

/** Fields that fit a column and are in no pair yet. Pure. */
export function fittingFields(choices: MapChoices, map: FieldMapChoice, local: string): PortalField[] {
  const column = choices.columns.find((one) => one.local === local);
  const used = new Set((map.custom ?? []).map(({ bitrix24 }) => bitrix24));
  return choices.fields.filter(({ field, fits, is_read_only: isReadOnly, type }) => {
    const isStuck = column?.owner === 'crm' && (isReadOnly || type === 'file');
    return column && !used.has(field) && !isStuck && (fits[column.type] ?? []).length > 0;
  });
}

/** A new pair as it begins: both ways where both sides can be written. Pure. */
export function newPair(
  choices: MapChoices,
  local: string,
  { field: bitrix24, type, is_read_only }: PortalField,
): CustomPair {
  const [first] = conversionsOf(choices, { local, bitrix24 });
  const owner = choices.columns.find((one) => one.local === local)?.owner ?? (is_read_only ? 'bitrix24' : 'both');
  return {
    ...{ local, bitrix24, owner },
    // A text in a field of numbers is only meant where it is said.
    ...(first === 'number' && { conversion: first }),
    ...(type === 'file' && { direction: 'from_bitrix' as const }),
  };
}

/** The map with a setting of one pair changed. Pure. */
export function withPair(
  map: FieldMapChoice,
  row: PairRow,
  change: Partial<Pick<PairRow, 'owner' | 'policy' | 'isOn' | 'own'>>,
): FieldMapChoice {
  const next: FieldMapChoice = { ...map };
  if (change.policy !== undefined) next.policies = replaced(map.policies, row.key, change.policy);
  if (change.isOn !== undefined) {
    const others = (map.disabled ?? []).filter((key) => key !== row.key);
    next.disabled = change.isOn ? others : [...others, row.key];
  }
  const own = change.own ?? (row.own && change.owner ? { ...row.own, owner: change.owner } : null);
  if (own) next.custom = (map.custom ?? []).map((pair) => (keyOf(pair) === row.key ? own : pair));
  else if (change.owner) next.owners = { ...map.owners, [row.key]: change.owner };
  return next;
}

/** The map without an own pair and what was said of it. Pure. */
export function withoutPair(map: FieldMapChoice, key: string): FieldMapChoice {
  const custom = (map.custom ?? []).filter((pair) => keyOf(pair) !== key);
  return { ...map, custom, policies: replaced(map.policies, key, null) };
}

function replaced<Value>(
  group: Record<string, Value> | undefined,
  key: string,
  value: Value | null,
): Record<string, Value> {
  const { [key]: _, ...others } = group ?? {};
  return value === null ? others : { ...others, [key]: value };
}
