import { canonicalEmail, canonicalLine, canonicalPhone } from './canonical.ts';
import {
  type Canonical,
  defaultPlace,
  type FieldPair,
  type Multifield,
  type Remembered,
  type RemoteValues,
} from './types.ts';

/**
 * The pair of a column and one value of a multifield. Only a value that we added is ours: it is changed and removed with the column.
 * Values that people entered are never touched, also while one of them stands for the column; ours is added beside it. `place` tells in
 * which country phone numbers are dialled.
 */
export function multifieldPair(
  key: string,
  column: string,
  typeId: 'EMAIL' | 'PHONE',
  { country } = defaultPlace,
): FieldPair {
  const canonical = (value: unknown) => (typeId === 'EMAIL' ? canonicalEmail(value) : canonicalPhone(value, country));
  const isOfType = (item: Multifield) => item.typeId === typeId && canonicalLine(item.value) !== null;
  const isForeign = (item: Multifield, { foreign }: Remembered) =>
    item.id !== undefined && foreign[key]?.includes(item.id) === true;
  const byId = ({ multifields }: RemoteValues, { ids }: Remembered) =>
    multifields.find((item) => isOfType(item) && item.id !== undefined && item.id === ids[key]);
  // A value that is neither ours nor known as a person's was entered since the last look: it is shown to the CRM.
  const unaccounted = ({ multifields }: RemoteValues, { foreign }: Remembered) => {
    const known = new Set(foreign[key]);
    return multifields.find((item) => isOfType(item) && (item.id === undefined || !known.has(item.id)));
  };
  const current = (remote: RemoteValues, remembered: Remembered) =>
    byId(remote, remembered) ?? unaccounted(remote, remembered);

  return {
    key,
    owner: 'both',
    localFields: [column],
    remoteFields: [typeId],
    readLocal: (local) => canonical(local[column]),
    readRemote: (remote, remembered) => canonical(current(remote, remembered)?.value),
    encode: (local) => canonical(local[column]),
    decode: (value) => ({ [column]: value }),
    write(remote, value, remembered) {
      const standing = byId(remote, remembered);
      const ours = standing && !isForeign(standing, remembered) ? standing : undefined;
      if (value === null) return { ...remote, multifields: remote.multifields.filter((item) => item !== ours) };
      if (ours) return replace(remote, ours, value);
      const stands = remote.multifields.some((item) => isOfType(item) && canonical(item.value) === value);
      if (stands) return remote;
      return { ...remote, multifields: [...remote.multifields, { typeId, valueType: 'WORK', value }] };
    },
    track(remote, remembered, wanted) {
      if (wanted === null) return undefined;
      const standing = byId(remote, remembered);
      if (standing && (!isForeign(standing, remembered) || canonical(standing.value) === wanted)) return standing.id;
      const equal = remote.multifields.find((item) => isOfType(item) && canonical(item.value) === wanted);
      return (equal ?? unaccounted(remote, remembered) ?? standing)?.id;
    },
  };
}

function replace(remote: RemoteValues, former: Multifield, value: Canonical): RemoteValues {
  const change = (item: Multifield) => (item === former ? { ...item, value: value ?? '' } : item);
  return { ...remote, multifields: remote.multifields.map(change) };
}
