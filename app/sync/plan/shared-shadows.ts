import type { Canonical, FieldMap, RemoteValues, TrackedIds } from '../../field-maps/types.ts';
import type { RemoteShadow } from './merge.ts';
import type { Shadows } from './shadows.ts';

/**
 * The shadows of a contract with what other contracts of the same company know of it: which values of its multifields are ours, and how
 * often a field was put right lately, is the company's matter, whichever contract wrote there. What another contract wrote into a field
 * that is ours is no change of the portal's, which would have to be put right. Everything else in its shadows stays as it is. Pure.
 */
export function withKnowledgeOf(
  { pairs }: FieldMap,
  shadows: Shadows,
  others: readonly RemoteShadow[],
  remote: RemoteValues,
): Shadows {
  if (others.length === 0) return shadows;
  const all = [shadows.remote, ...others];
  const { restores, restoredAt } = latestRestores(all);
  const ids = knownIds(all, remote);
  const foreign = foreignIds(all, ids);
  const remembered = { ...shadows.remote, ids, foreign };
  const ours = pairs.flatMap((pair): [string, Canonical][] => {
    const present = pair.readRemote(remote, remembered);
    // The list in COMMENTS is composed of all contracts: the first of them that finds it wrong puts it right.
    const isEachOnes = pair.owner === 'crm' && !pair.remoteFields.includes('COMMENTS');
    const isWritten = isEachOnes && others.some(({ values }) => values[pair.key] === present);
    return isWritten && shadows.remote.values[pair.key] !== undefined ? [[pair.key, present]] : [];
  });
  const values = { ...shadows.remote.values, ...Object.fromEntries(ours) };
  return { ...shadows, remote: { ...remembered, values, restores, restoredAt } };
}

/** Of each field the value's id that the record has; one that it has no more is remembered as ours all the same. */
function knownIds(all: readonly RemoteShadow[], remote: RemoteValues): TrackedIds {
  const there = new Set(remote.multifields.map(({ id }) => id));
  const known: Record<string, number> = {};
  for (const { ids } of all) {
    for (const [key, id] of Object.entries(ids)) {
      const former = known[key];
      if (former === undefined || (!there.has(former) && there.has(id))) known[key] = id;
    }
  }
  return known;
}

/** Ids of values that people entered, from the shadows of all contracts. An id that we know as ours is left out. */
function foreignIds(all: readonly RemoteShadow[], ours: TrackedIds): RemoteShadow['foreign'] {
  const foreign: Record<string, number[]> = {};
  for (const shadow of all) {
    for (const [key, ids] of Object.entries(shadow.foreign)) {
      const known = foreign[key] ?? [];
      foreign[key] = [...known, ...ids.filter((id) => id !== ours[key] && !known.includes(id))];
    }
  }
  return foreign;
}

function latestRestores(all: readonly RemoteShadow[]): Pick<RemoteShadow, 'restores' | 'restoredAt'> {
  const restores: Record<string, number> = {};
  const restoredAt: Record<string, string> = {};
  for (const shadow of all) {
    for (const [key, count] of Object.entries(shadow.restores)) {
      const at = shadow.restoredAt[key] ?? '';
      if (restores[key] !== undefined && at <= (restoredAt[key] ?? '')) continue;
      restores[key] = count;
      if (at !== '') restoredAt[key] = at;
    }
  }
  return { restores, restoredAt };
}
