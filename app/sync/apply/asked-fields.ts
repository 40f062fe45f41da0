import type { RemoteRecord } from '../../bitrix24/client.ts';
import { isShown } from '../../field-maps/shown.ts';
import type { AskedLine, SettledFields } from '../journal/asked-conflicts.ts';
import type { LocalRow } from '../load/local-rows.ts';
import type { LoadedPair, SyncContext } from '../pair.ts';
import { changedBy } from '../plan/changed-by.ts';
import type { MergeResult } from '../plan/merge.ts';
import type { Plan } from '../plan/plan.ts';

/** The fields of a merge about which a person is asked, with when each side was changed and by whom, as far as that is known. */
export function askedLines(
  { entity, localId, local, remote }: LoadedPair,
  { conflicts }: Pick<MergeResult, 'conflicts'>,
): AskedLine[] {
  if (localId === null || !remote) return [];
  return conflicts
    .filter(({ asked }) => asked)
    .map(({ key, localValue, remoteValue }) => ({
      entity,
      localId,
      remoteId: remote.id,
      key,
      localValue,
      remoteValue,
      localChangedAt: local?.modifiedAt ?? null,
      remoteChangedAt: remote.modifiedAt,
      remoteChangedBy: changedBy(remote),
    }));
}

/**
 * What stood open about a pair and does not any more: fields that are equal, that were written, or that are not synchronised now. A field
 * that could not be looked at, or was refused, stays as it stands. What was decided about other values than those of now is asked anew.
 */
export function settledFields(
  context: SyncContext,
  { entity, localId, asked }: LoadedPair,
  merged: { merge: MergeResult; local: LocalRow; remote: RemoteRecord; refused: readonly { key: string }[] },
): SettledFields[] {
  const { merge, local, remote, refused } = merged;
  const open = new Set(merge.conflicts.filter((conflict) => conflict.asked).map(({ key }) => key));
  const kept = new Set([...context.paused, ...merge.resting, ...refused.map(({ key }) => key)]);
  for (const pair of context.fieldMap.pairs)
    if (!isShown(pair, remote) || pair.isKnown?.(local.record, remote) === false) kept.add(pair.key);
  const keys = Object.entries(asked)
    .filter(([key, { decision }]) => !kept.has(key) && (!open.has(key) || decision !== null))
    .map(([key]) => key);
  return keys.length > 0 && localId !== null ? [{ entity, localId, keys }] : [];
}

/** Plans after which the two records are no pair any more. */
const endings: readonly Plan['action'][] = [
  'unlink',
  'close_remote',
  'delete_remote',
  'delete_local',
  'orphan',
  'forget',
];

/** Everything that stood open about a pair whose plan ends it: nothing is to be asked about its fields any more. */
export function settledByEnding({ entity, localId, asked }: LoadedPair, { action }: Plan): SettledFields[] {
  const keys = endings.includes(action) ? Object.keys(asked) : [];
  return keys.length > 0 && localId !== null ? [{ entity, localId, keys }] : [];
}
