import type { FieldMap } from './types.ts';

/** User fields alone are made and deleted in a portal; its standard fields stay. */
const userFieldPrefix = 'UF_';

/** The user fields that a map needs, by upper-case name. */
export function userFieldsOf({ pairs }: FieldMap): string[] {
  const names = pairs.flatMap(({ remoteFields }) => remoteFields.filter((name) => name.startsWith(userFieldPrefix)));
  return [...new Set(names)];
}

/** The map without the pairs of these fields: nothing is written either way for them, and their shadows stay as they are. */
export function withoutFields(map: FieldMap, gone: readonly string[]): FieldMap {
  if (gone.length === 0) return map;
  return { ...map, pairs: map.pairs.filter(({ remoteFields }) => !remoteFields.some((name) => gone.includes(name))) };
}
