import type { Entity } from '../lib/records.ts';
import { contractMapFor } from './contracts.ts';
import { objectMap } from './objects.ts';
import type { FieldMap, Place } from './types.ts';
import { userMapFor } from './users.ts';

/** The field map of a kind as it is without a tenant's changes. */
export function builtInMap(entity: Entity, place: Place): FieldMap {
  if (entity === 'object') return { ...objectMap, place };
  return entity === 'user' ? userMapFor(place) : contractMapFor(place);
}
