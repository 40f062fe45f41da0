import { diffRemote } from '../../field-maps/remote-changes.ts';
import type { Canonical, FieldMap, LocalRecord, RemoteValues } from '../../field-maps/types.ts';
import { emptyRemoteShadow, type LocalShadow, type MergeResult, type RemoteShadow } from './merge.ts';

export interface Shadows {
  local: LocalShadow;
  remote: RemoteShadow;
}

const nothing: RemoteValues = { fields: {}, multifields: [] };

/** The remote record that a create of this local record asks for. */
export function wantedRemote(fieldMap: FieldMap, local: LocalRecord): RemoteValues {
  return fieldMap.pairs.reduce<RemoteValues>((remote, pair) => {
    const value = pair.encode(local);
    return pair.owner === 'bitrix24' || value === null ? remote : pair.write(remote, value, {});
  }, nothing);
}

/** The remote record after the merge's changes. */
export function mergedRemote(merge: MergeResult, remote: RemoteValues, shadow: RemoteShadow): RemoteValues {
  return merge.toRemote.reduce((values, { pair, after }) => pair.write(values, after, shadow.ids), remote);
}

/** Shadows of a pair whose two sides are taken as equal just as they are: after a create, or an import. */
export function shadowsOf(fieldMap: FieldMap, local: LocalRecord, remote: RemoteValues): Shadows {
  const localShadow: Record<string, Canonical> = {};
  const values: Record<string, Canonical> = {};
  const ids: Record<string, number> = {};
  for (const pair of fieldMap.pairs) {
    localShadow[pair.key] = pair.readLocal(local);
    const id = pair.track?.(remote, {}, pair.encode(local));
    if (id !== undefined) ids[pair.key] = id;
    values[pair.key] = pair.readRemote(remote, ids);
  }
  return { local: localShadow, remote: { ...emptyRemoteShadow, values, ids } };
}

/**
 * Shadows of a pair whose sides were never equal. Of several e-mails or phones the one that both sides have is ours from the beginning:
 * the others belong to the people in the portal.
 */
export function firstShadows(fieldMap: FieldMap, local: LocalRecord, remote: RemoteValues): Shadows {
  const ids: Record<string, number> = {};
  for (const pair of fieldMap.pairs) {
    const wanted = pair.encode(local);
    const id = wanted === null ? undefined : pair.track?.(remote, {}, wanted);
    if (id !== undefined && pair.readRemote(remote, { [pair.key]: id }) === wanted) ids[pair.key] = id;
  }
  return { local: {}, remote: { ...emptyRemoteShadow, ids } };
}

export interface Outcome {
  before: { local: LocalRecord; remote: RemoteValues };
  /** The local row as it is after our write; null when it was not written because it had changed meanwhile. */
  localAfter: LocalRecord | null;
  /** The record as the portal stored it; null when nothing was sent. */
  remoteAfter: RemoteValues | null;
}

/** The answer with the fields that were not sent as they were read: a pair of two fields may have been sent by one of them only. */
function withoutEditsOfOthers(
  former: Shadows,
  merge: MergeResult,
  before: RemoteValues,
  answer: RemoteValues,
): RemoteValues {
  const sent = Object.keys(diffRemote(before, mergedRemote(merge, before, former.remote)).fields);
  const stored = sent.map((field) => [field, answer.fields[field]]);
  return { ...answer, fields: { ...before.fields, ...Object.fromEntries(stored) } };
}

/**
 * The shadows after a merge was carried out, key by key. What was sent is remembered as the portal stored it, not as we wrote it;
 * what could not be applied keeps its old shadow, so the next pass sees the same change again. Values of the answer that we did
 * not write are not taken: they may be somebody's edit, which must be seen as a change.
 */
export function nextShadows(fieldMap: FieldMap, former: Shadows, merge: MergeResult, outcome: Outcome): Shadows {
  const { before, localAfter, remoteAfter } = outcome;
  const sent = new Map(merge.toRemote.map((change) => [change.pair.key, change]));
  const taken = new Set(merge.toLocal.map((change) => change.pair.key));
  const adopted = new Set(merge.adopted);
  const writtenFields = new Set(merge.toRemote.flatMap((change) => change.pair.remoteFields));
  const answer = remoteAfter && withoutEditsOfOthers(former, merge, before.remote, remoteAfter);
  const local: Record<string, Canonical> = { ...former.local };
  const values: Record<string, Canonical> = { ...former.remote.values };
  const ids: Record<string, number> = { ...former.remote.ids };

  for (const pair of fieldMap.pairs) {
    const { key } = pair;
    // Two pairs can live in one field (COMMENTS): writing the one stores the other anew.
    const rewritten = answer !== null && pair.remoteFields.some((field) => writtenFields.has(field));
    const stored = rewritten ? answer : before.remote;
    const remember = (wanted: Canonical) => {
      const id = pair.track?.(stored, ids, wanted);
      if (id === undefined) delete ids[key];
      else ids[key] = id;
      values[key] = pair.readRemote(stored, ids);
    };
    const change = sent.get(key);
    if (change || adopted.has(key)) {
      local[key] = pair.readLocal(before.local);
      remember(change ? change.after : pair.readRemote(stored, ids));
    } else if (taken.has(key)) {
      if (!localAfter) continue;
      local[key] = pair.readLocal(localAfter);
      remember(pair.readRemote(stored, ids));
    } else if (rewritten && former.remote.values[key] === pair.readRemote(before.remote, ids)) {
      values[key] = pair.readRemote(stored, ids);
    }
  }
  const { restores, restoredAt } = merge;
  return { local, remote: { ...emptyRemoteShadow, values, ids, restores, restoredAt } };
}
