import type { RemoteValues } from '../../field-maps/types.ts';
import { type FieldConflict, type MergeInput, type MergeResult, merge } from './merge.ts';

/** What a person saved in the portal after it was read and before our update was carried out. */
export interface Overwritten {
  /** Values to take over here; the next pass puts them back in the portal. */
  toLocal: MergeResult['toLocal'];
  /** What both sides changed differently, with the losing value. */
  conflicts: FieldConflict[];
}

const nothing: Overwritten = { toLocal: [], conflicts: [] };

/**
 * Finds what an update of ours wrote over unseen: fields that were written and had another value just before than the one that the merge
 * was made on. The same merge decides them again, on the record as it was just before. Pure.
 */
export function findOverwritten(input: MergeInput, planned: MergeResult, justBefore: RemoteValues): Overwritten {
  const written = new Set(planned.toRemote.flatMap(({ pair }) => pair.remoteFields));
  const { remoteShadow } = input;
  const changed = input.fieldMap.pairs.filter(
    (pair) =>
      pair.remoteFields.some((field) => written.has(field)) &&
      pair.readRemote(input.remote, remoteShadow) !== pair.readRemote(justBefore, remoteShadow),
  );
  if (changed.length === 0) return nothing;
  const keys = new Set(changed.map(({ key }) => key));
  const again = merge({ ...input, remote: justBefore });
  return {
    toLocal: again.toLocal.filter(({ pair }) => keys.has(pair.key)),
    conflicts: again.conflicts.filter(({ key }) => keys.has(key)).map(asWritten),
  };
}

/** Ours was written before it could be known that a person is to be asked: theirs stands in an open conflict, and can be put back. */
function asWritten({ asked, ...conflict }: FieldConflict): FieldConflict {
  return asked ? { ...conflict, winner: 'crm' } : conflict;
}
