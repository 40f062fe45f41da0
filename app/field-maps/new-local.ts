import type { Entity } from '../lib/records.ts';
import { contractMap } from './contracts.ts';
import { objectMap } from './objects.ts';
import type { FieldMap, RemoteValues } from './types.ts';
import { userMap } from './users.ts';

const maps: Record<Entity, FieldMap> = { object: objectMap, user: userMap, contract: contractMap };

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
  const builtIn = maps[entity].pairs.filter((pair) => pair.owner === 'both');
  const known = new Set(maps[entity].pairs.map((pair) => pair.key));
  const own = fieldMap.pairs.filter((pair) => !known.has(pair.key) && pair.owner !== 'crm');
  for (const pair of [...builtIn, ...own]) {
    const value = pair.readRemote(remote, {});
    if (value !== null) Object.assign(columns, pair.decode(value, columns));
  }
  const name = entity === 'contract' ? columns.client_name : columns.name;
  return name ? columns : null;
}
