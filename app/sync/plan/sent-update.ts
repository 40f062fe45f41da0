import { isPartAsWritten } from '../../field-maps/comments.ts';
import type { Canonical, FieldMap, LocalRecord, RemoteValues } from '../../field-maps/types.ts';
import type { MergeResult } from './merge.ts';
import { mergedRemote, type Shadows, shadowsOf } from './shadows.ts';

/** What an update sends, by pair key: the values of our side that it was made from, and those that it leaves in the portal. */
export interface SentUpdate {
  local: Readonly<Record<string, Canonical>>;
  remote: Readonly<Record<string, Canonical>>;
}

/** What is remembered of a merge before its update leaves. Pure. */
export function sentUpdateOf(
  fieldMap: FieldMap,
  merge: MergeResult,
  before: { local: LocalRecord; remote: RemoteValues; shadows: Shadows },
): SentUpdate {
  const after = mergedRemote(merge, before.remote, before.shadows.remote);
  const { local, remote } = shadowsOf(fieldMap, before.local, after);
  const keys = merge.toRemote.map(({ pair }) => pair.key);
  const only = (values: Readonly<Record<string, Canonical>>) =>
    Object.fromEntries(keys.flatMap((key) => (key in values ? [[key, values[key] ?? null]] : [])));
  return { local: only(local), remote: only(remote.values) };
}

/**
 * Shadows of a pair whose last update has no committed answer: a field that shows in the portal what we sent was written by us, whatever
 * our side has become since. The others are as they were. Pure.
 */
export function withSentUpdate(
  fieldMap: FieldMap,
  shadows: Shadows,
  sent: SentUpdate | null,
  remote: RemoteValues,
): Shadows {
  if (!sent) return shadows;
  const local: Record<string, Canonical> = { ...shadows.local };
  const values: Record<string, Canonical> = { ...shadows.remote.values };
  for (const pair of fieldMap.pairs) {
    const { key } = pair;
    const value = sent.remote[key];
    if (value === undefined) continue;
    const memory = { ...shadows.remote, values: { ...shadows.remote.values, [key]: value } };
    const shown = pair.readRemote(remote, memory);
    if (shown !== value && !isPartAsWritten(key, shown, value)) continue;
    values[key] = value;
    local[key] = sent.local[key] ?? null;
  }
  return { local, remote: { ...shadows.remote, values } };
}
