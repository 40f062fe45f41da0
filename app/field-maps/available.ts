import type { Text } from '../lib/errors.ts';
import type { Entity } from '../lib/records.ts';
import { checkCustomPair } from './custom.ts';
import type { FieldMap, FieldMapSettings, FieldShape } from './types.ts';

/** User fields alone are made and deleted in a portal; its standard fields stay. */
const userFieldPrefix = 'UF_';

/** A user field that a pair needs and cannot use: it is gone, or made again as something else. */
export interface UnusableField {
  field: string;
  isGone: boolean;
  problem: Text;
}

/** The user fields that a map needs, by upper-case name. */
export function userFieldsOf({ pairs }: FieldMap): string[] {
  const names = pairs.flatMap(({ remoteFields }) => remoteFields.filter((name) => name.startsWith(userFieldPrefix)));
  return [...new Set(names)];
}

/** The user fields of a tenant's own pairs that the portal does not have, or has in a form that the pair cannot hold. */
export function unusableFields(
  entity: Entity,
  settings: FieldMapSettings,
  fields: ReadonlyMap<string, FieldShape>,
): UnusableField[] {
  const own = (settings.custom ?? []).filter(({ bitrix24 }) => bitrix24.startsWith(userFieldPrefix));
  return own.flatMap((pair) => {
    const found = fields.get(pair.bitrix24);
    const problem = checkCustomPair(entity, pair, found);
    return problem ? [{ field: pair.bitrix24, isGone: found === undefined, problem }] : [];
  });
}

/** The map without the pairs of these fields: nothing is written either way for them, and their shadows stay as they are. */
export function withoutFields(map: FieldMap, fields: readonly string[]): FieldMap {
  if (fields.length === 0) return map;
  return { ...map, pairs: map.pairs.filter(({ remoteFields }) => !remoteFields.some((name) => fields.includes(name))) };
}
