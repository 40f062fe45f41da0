import { canonicalEmail, canonicalPhone } from './canonical.ts';
import type { Canonical, FieldPair, Multifield, RemoteValues, TrackedIds } from './types.ts';

const canonicals = { EMAIL: canonicalEmail, PHONE: canonicalPhone } as const;

/**
 * The pair of a column and one value of a multifield: the one that we set. The other values belong to the people in the portal and
 * are never touched. Ours is known by its id; where it is gone, the first that is left takes its place.
 */
export function multifieldPair(key: string, column: string, typeId: keyof typeof canonicals): FieldPair {
  const canonical = canonicals[typeId];
  const isOfType = (item: Multifield) => item.typeId === typeId && canonical(item.value) !== null;
  const byId = (remote: RemoteValues, tracked: TrackedIds) =>
    remote.multifields.find((item) => isOfType(item) && item.id !== undefined && item.id === tracked[key]);
  const current = (remote: RemoteValues, tracked: TrackedIds) =>
    byId(remote, tracked) ?? remote.multifields.find(isOfType);

  return {
    key,
    owner: 'both',
    localFields: [column],
    remoteFields: [typeId],
    readLocal: (local) => canonical(local[column]),
    readRemote: (remote, tracked) => canonical(current(remote, tracked)?.value),
    encode: (local) => canonical(local[column]),
    decode: (value) => ({ [column]: value }),
    write(remote, value, tracked) {
      const ours = byId(remote, tracked);
      if (value === null) return { ...remote, multifields: remote.multifields.filter((item) => item !== ours) };
      if (ours) return replace(remote, ours, value);
      const stands = remote.multifields.some((item) => isOfType(item) && canonical(item.value) === value);
      if (stands) return remote;
      return { ...remote, multifields: [...remote.multifields, { typeId, valueType: 'WORK', value }] };
    },
    track(remote, tracked, wanted) {
      const equal = (item: Multifield) => isOfType(item) && canonical(item.value) === wanted;
      return (byId(remote, tracked) ?? remote.multifields.find(equal) ?? remote.multifields.find(isOfType))?.id;
    },
  };
}

function replace(remote: RemoteValues, former: Multifield, value: Canonical): RemoteValues {
  const change = (item: Multifield) => (item === former ? { ...item, value: value ?? '' } : item);
  return { ...remote, multifields: remote.multifields.map(change) };
}
