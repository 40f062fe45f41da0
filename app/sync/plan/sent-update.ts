import { isPartAsWritten } from '../../field-maps/comments.ts';
import type { Canonical, FieldMap, LocalRecord, RemoteValues } from '../../field-maps/types.ts';
import type { MergeResult } from './merge.ts';
import type { Shadows } from './shadows.ts';

/** What an update sends, by pair key: the values of our side that it was made from, and those that it leaves in the portal. */
export interface SentUpdate {
  local: Readonly<Record<string, Canonical>>;
  remote: Readonly<Record<string, Canonical>>;
}

/**
 * What is remembered of a merge before its update leaves. A field that is to be taken over from the portal as well is left out: until that
 * is done its sides are not equal. Pure.
 */
export function sentUpdateOf(
  { toRemote, toLocal }: Pick<MergeResult, 'toRemote' | 'toLocal'>,
  local: LocalRecord,
): SentUpdate {
  const taken = new Set(toLocal.map(({ pair }) => pair.key));
  const sent = toRemote.filter(({ pair }) => !taken.has(pair.key));
  return {
    local: Object.fromEntries(sent.map(({ pair }) => [pair.key, pair.readLocal(local)])),
    remote: Object.fromEntries(sent.map(({ pair, after }) => [pair.key, after])),
  };
}

/**
 * Shadows of a pair whose last update has no committed answer: a field that shows in the portal what we sent was written by us, whatever
 * our side has become since. The others are as they were: their update was not carried out, or somebody changed them again. Pure.
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
  const ids: Record<string, number> = { ...shadows.remote.ids };
  for (const pair of fieldMap.pairs) {
    const { key } = pair;
    const value = sent.remote[key];
    if (value === undefined) continue;
    // Of several e-mails the one that we sent, if it is there, is ours from now on.
    const id = pair.track?.(remote, shadows.remote, value);
    const memory = {
      ...shadows.remote,
      values: { ...shadows.remote.values, [key]: value },
      ids: { ...shadows.remote.ids, ...(id !== undefined && { [key]: id }) },
    };
    const shown = pair.readRemote(remote, memory);
    if (shown !== value && !isPartAsWritten(key, shown, value)) continue;
    values[key] = value;
    local[key] = sent.local[key] ?? null;
    if (id !== undefined) ids[key] = id;
  }
  return { local, remote: { ...shadows.remote, values, ids } };
}
