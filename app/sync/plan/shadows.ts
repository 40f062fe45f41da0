import { diffRemote } from '../../field-maps/remote-changes.ts';
import { isShown } from '../../field-maps/shown.ts';
import {
  type Canonical,
  type FieldMap,
  type FieldPair,
  type LocalRecord,
  nothingRemembered,
  type RemoteValues,
} from '../../field-maps/types.ts';
import { sendsToPortal } from '../../field-maps/ways.ts';
import { emptyRemoteShadow, type LocalShadow, type MergeResult, type RemoteShadow } from './merge.ts';

export interface Shadows {
  local: LocalShadow;
  remote: RemoteShadow;
}

const nothing: RemoteValues = { fields: {}, multifields: [] };

/** The remote record that a create of this local record asks for. `start`: where it is put, if no pair says otherwise. */
export function wantedRemote(fieldMap: FieldMap, local: LocalRecord, start: RemoteValues = nothing): RemoteValues {
  return fieldMap.pairs.filter(sendsToPortal).reduce<RemoteValues>((remote, pair) => {
    const place = 'CATEGORY_ID' in remote.fields ? remote : start;
    const value = pair.encodeAt?.(local, place) ?? pair.encode(local);
    return value === null ? remote : pair.write(remote, value, nothingRemembered);
  }, nothing);
}

/** The remote record after the merge's changes. */
export function mergedRemote(merge: MergeResult, remote: RemoteValues, shadow: RemoteShadow): RemoteValues {
  return merge.toRemote.reduce((values, { pair, after }) => pair.write(values, after, shadow), remote);
}

/**
 * Shadows of a pair whose two sides are taken as equal just as they are: after a create of ours, or an import of what people made. A field
 * that the record does not name gets none.
 */
export function shadowsOf(
  fieldMap: FieldMap,
  local: LocalRecord,
  remote: RemoteValues,
  madeBy: 'us' | 'people' = 'us',
): Shadows {
  const shown = fieldMap.pairs.filter((pair) => isShown(pair, remote));
  const localShadow: Record<string, Canonical> = {};
  const memory = memoryOf(emptyRemoteShadow);
  const sent = Object.fromEntries(shown.map((pair) => [pair.key, pair.encode(local)]));
  const reading = madeBy === 'us' ? { ...nothingRemembered, values: sent, isFresh: true } : nothingRemembered;
  for (const pair of shown) {
    const wanted = sent[pair.key] ?? null;
    localShadow[pair.key] = pair.readLocal(local);
    memory.values[pair.key] = pair.readRemote(remote, reading);
    account(pair, memory, { stored: remote, wanted, isOurs: () => madeBy === 'us' });
    markTheirs(pair, memory, wanted);
    noteTable(pair, memory);
  }
  return { local: localShadow, remote: { ...emptyRemoteShadow, ...memory } };
}

/** How the answer to a write is read: our part of a text is what was sent. */
export function asAnswered(former: RemoteShadow, merge: Pick<MergeResult, 'toRemote'>): RemoteShadow {
  const sent = Object.fromEntries(merge.toRemote.map(({ pair, after }) => [pair.key, after]));
  return { ...former, values: { ...former.values, ...sent }, isFresh: true };
}

/** What is remembered of the Bitrix24 side, while it is being renewed. */
interface Memory {
  values: Record<string, Canonical>;
  ids: Record<string, number>;
  foreign: Record<string, readonly number[]>;
  theirs: Record<string, true>;
  tables: Record<string, string>;
}

/** The sides are equal by the pair's present table of values. */
function noteTable({ key, fingerprint }: FieldPair, { tables }: Memory): void {
  if (fingerprint === undefined) delete tables[key];
  else tables[key] = fingerprint;
}

function memoryOf({ values, ids, foreign, theirs, tables }: RemoteShadow): Memory {
  return {
    ...{ values: { ...values }, ids: { ...ids }, foreign: { ...foreign } },
    ...{ theirs: { ...theirs }, tables: { ...tables } },
  };
}

/** Finds the value of a multifield that stands for ours, and accounts for the others as people's. */
function account(
  pair: FieldPair,
  memory: Memory,
  { stored, wanted, isOurs }: { stored: RemoteValues; wanted: Canonical; isOurs(id: number): boolean },
): void {
  if (!pair.track) return;
  const id = pair.track(stored, memory, wanted);
  const present = stored.multifields.flatMap((item) =>
    item.id !== undefined && pair.remoteFields.includes(item.typeId) ? [item.id] : [],
  );
  memory.foreign[pair.key] = present.filter((one) => one !== id || !isOurs(one));
  if (id === undefined) delete memory.ids[pair.key];
  else memory.ids[pair.key] = id;
}

/** A value in a field of ours that is not what we would write: the portal's own, or a person's. */
function markTheirs({ key, owner }: FieldPair, { values, theirs }: Memory, wanted: Canonical): void {
  delete theirs[key];
  if (owner === 'crm' && values[key] !== null && values[key] !== wanted) theirs[key] = true;
}

/**
 * Shadows of a pair whose sides were never equal. Of several e-mails or phones the one that both sides have stands for ours from the
 * beginning: the others say nothing to the CRM.
 */
export function firstShadows(fieldMap: FieldMap, local: LocalRecord, remote: RemoteValues): Shadows {
  const ids: Record<string, number> = {};
  for (const pair of fieldMap.pairs) {
    const wanted = pair.encode(local);
    const id = wanted === null ? undefined : pair.track?.(remote, nothingRemembered, wanted);
    const tracked = { ...nothingRemembered, ids: { [pair.key]: id ?? 0 } };
    if (id !== undefined && pair.readRemote(remote, tracked) === wanted) ids[pair.key] = id;
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
  const memory = memoryOf(former.remote);
  const asked = asAnswered(former.remote, merge).values;

  for (const pair of fieldMap.pairs) {
    const { key } = pair;
    if (!isShown(pair, before.remote)) continue;
    // Two pairs can live in one field (COMMENTS): writing the one stores the other anew.
    const rewritten = answer !== null && pair.remoteFields.some((field) => writtenFields.has(field));
    const stored = rewritten ? answer : before.remote;
    const read = () =>
      pair.readRemote(
        stored,
        rewritten ? { ...memory, values: asked, isFresh: true } : { ...memory, values: former.remote.values },
      );
    const remember = (wanted: Canonical) => {
      noteTable(pair, memory);
      account(pair, memory, { stored, wanted, isOurs: (id) => isOurs(pair, former.remote, before.remote, id) });
      memory.values[key] = read();
    };
    // What was to be taken over and was not is decided anew, whatever of ours was sent beside it.
    const isTaken = taken.has(key);
    if (isTaken && !localAfter) continue;
    const change = sent.get(key);
    if (change || adopted.has(key)) {
      local[key] = pair.readLocal(isTaken && localAfter ? localAfter : before.local);
      const wanted = pair.encode(before.local);
      remember(change ? change.after : wanted);
      if (change) delete memory.theirs[key];
      else markTheirs(pair, memory, wanted);
    } else if (isTaken && localAfter) {
      local[key] = pair.readLocal(localAfter);
      remember(read());
    } else if (rewritten && former.remote.values[key] === pair.readRemote(before.remote, former.remote)) {
      const value = read();
      // What vanished beside a write of ours (a portal that cuts texts) is missing, not empty.
      if (value !== null) memory.values[key] = value;
    }
  }
  const { restores, restoredAt } = merge;
  return { local, remote: { ...emptyRemoteShadow, ...memory, restores, restoredAt } };
}

/** A value of a multifield is ours when we added it; of shadows of former releases that is taken for granted. */
function isOurs({ key }: FieldPair, former: RemoteShadow, before: RemoteValues, id: number): boolean {
  const isNew = before.multifields.every((item) => item.id !== id);
  const known = former.foreign[key];
  if (isNew) return true;
  return known ? former.ids[key] === id && !known.includes(id) : former.values[key] !== undefined;
}
