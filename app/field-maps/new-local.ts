import { builtInMap } from './built-in.ts';
import { defaultPlace, type FieldMap, nothingRemembered, type RemoteValues } from './types.ts';
import { takesFromPortal } from './ways.ts';

/**
 * The columns of a local record made from a Bitrix24 one that has none, or null when there is nothing to make it of (no name): what the
 * built-in map takes over, even where a pair of it is switched off, then the tenant's own pairs. A contract gets the number
 * `B24-<company id>`; where another contract has that already, a free one is found as it is written.
 */
export function newLocalRecord(
  fieldMap: FieldMap,
  remote: RemoteValues & { id: number },
): Record<string, unknown> | null {
  const { entity } = fieldMap;
  const columns: Record<string, unknown> = entity === 'contract' ? { number: `B24-${remote.id}` } : {};
  const { pairs } = builtInMap(entity, fieldMap.place ?? defaultPlace);
  const builtIn = pairs.filter((pair) => pair.owner === 'both');
  const known = new Set(pairs.map((pair) => pair.key));
  const own = fieldMap.pairs.filter((pair) => !known.has(pair.key) && takesFromPortal(pair));
  for (const pair of [...builtIn, ...own]) {
    const value = pair.readRemote(remote, nothingRemembered);
    if (value !== null) Object.assign(columns, pair.decode(value, columns));
  }
  const name = entity === 'contract' ? columns.client_name : columns.name;
  return name ? columns : null;
}
