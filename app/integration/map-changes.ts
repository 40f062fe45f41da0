import { fieldMapFor } from '../field-maps/custom.ts';
import { type Entity, entities } from '../lib/records.ts';
import type { Settings } from '../sync/plan/settings.ts';

/**
 * Keys of the pairs of a kind that are new or another way of keeping two fields equal than before: only these have to be looked at in linked
 * records. A pair that is gone touches nothing. Pure.
 */
export function changedPairs(entity: Entity, before: Settings, after: Settings): string[] {
  const former = signsOf(entity, before);
  return [...signsOf(entity, after)].flatMap(([key, sign]) => (former.get(key) === sign ? [] : [key]));
}

/** Kinds whose linked records a changed field map touches. Pure. */
export function touchedKinds(before: Settings, after: Settings): Entity[] {
  return entities.filter((entity) => changedPairs(entity, before, after).length > 0);
}

/** What of each pair decides its values, by the pair's key. */
function signsOf(entity: Entity, { field_map }: Settings): Map<string, string> {
  const settings = field_map[entity];
  const { pairs } = fieldMapFor(entity, settings);
  return new Map(
    pairs.map(({ key, owner, direction = 'both' }) => {
      const own = settings.custom?.find(({ local, bitrix24 }) => `${local}:${bitrix24}` === key);
      const { conversion = null, values = null, unmapped = null } = own ?? {};
      return [key, JSON.stringify([owner, direction, conversion, values, unmapped])];
    }),
  );
}
