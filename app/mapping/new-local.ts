import type { Entity } from '../lib/records.ts';
import { contractMap } from './contracts.ts';
import { objectMap } from './objects.ts';
import type { FieldMap, RemoteValues } from './types.ts';
import { userMap } from './users.ts';

const maps: Record<Entity, FieldMap> = { object: objectMap, user: userMap, contract: contractMap };

/**
 * The columns of a local record made from a Bitrix24 one that has none, or null when there is nothing to make it of (no name). A
 * contract gets the number `B24-<company id>`, which is free in every tenant because one company is imported once.
 */
export function newLocalRecord(entity: Entity, remote: RemoteValues & { id: number }): Record<string, unknown> | null {
  const columns: Record<string, unknown> = entity === 'contract' ? { number: `B24-${remote.id}` } : {};
  for (const pair of maps[entity].pairs) {
    if (pair.owner === 'both') Object.assign(columns, pair.decode(pair.readRemote(remote, {}), columns));
  }
  const name = entity === 'contract' ? columns.client_name : columns.name;
  return name ? columns : null;
}
