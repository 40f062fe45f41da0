import type { Canonical, FieldOwner, FieldPair, Gaps, PairDirection } from '../../field-maps/types.ts';
import type { SyncDirection } from '../../lib/records.ts';
import type { FirstLinkRule } from './first-link.ts';

/** What the merge does with one field. */
export type Verdict =
  | 'nothing'
  | 'adopt'
  | 'keep'
  | 'to_remote'
  | 'to_local'
  | 'restore'
  | 'contested'
  | 'conflict'
  | 'unmapped';

/** Which sides of a field may be written. */
export type Way = SyncDirection | 'none';

/** The way of a kind with that of one of its pairs: neither is wider than the other. */
export function wayOf(kind: SyncDirection, pair: PairDirection | undefined): Way {
  if (pair === undefined || pair === 'both' || pair === kind) return kind;
  return kind === 'bidirectional' ? pair : 'none';
}

/** Both values of a field as they are, what each would be on the other side, and what changed. */
export interface Sides {
  localValue: Canonical;
  remoteValue: Canonical;
  /** What the portal is to show. */
  wanted: Canonical;
  /** What makes our side show the portal's value. */
  columns: Record<string, unknown>;
  /** A decode that yields nothing cannot be shown on our side (a name emptied in the portal): ours is put back. */
  decodable: boolean;
  decoded: Canonical;
  gaps: Gaps;
  /** The two were never equal by the present map. */
  firstTime: boolean;
  changed: { local: boolean; remote: boolean };
  way: Way;
  /** What becomes of values that differ the first time; null: the policy decides. */
  rule: FirstLinkRule | null;
}

/** What is to become of a field, whichever way may be gone. `isKept`: values that differ the first time stay on both sides. Pure. */
export function judge(
  pair: FieldPair,
  { theirs }: { theirs: Readonly<Record<string, true>> },
  sides: Sides & { isKept: boolean },
): Verdict {
  const { localValue, remoteValue, wanted, decodable, decoded, gaps, firstTime, isKept } = sides;
  const { local: localChanged, remote: remoteChanged } = sides.changed;
  if (!localChanged && !remoteChanged) return 'nothing';
  // What people arranged may hold more than ours: a second name that they added is theirs to give.
  const holdsMore = pair.encodeOver !== undefined && !localChanged && decodable && decoded !== localValue;
  if (wanted === remoteValue && !holdsMore) return 'adopt';
  // They wrote in other words what we have. What only we changed is sent, even if it reads the same on our side.
  if (remoteChanged && decodable && decoded === localValue) {
    // The name is the same, and what of ours stands beside it was changed here: it is renewed there.
    const isRenewed = !firstTime && localChanged && pair.encodeOver !== undefined && pair.owner !== 'bitrix24';
    return isRenewed ? 'to_remote' : 'adopt';
  }
  if (firstTime && remoteValue === null) return pair.owner === 'bitrix24' ? 'adopt' : 'to_remote';
  // A contract without its client's name is shown by its number, which gives way to the name that is there.
  if (firstTime && !gaps.toRemote && (wanted === null || localValue === null))
    return pair.owner === 'crm' ? 'adopt' : decodable ? 'to_local' : 'adopt';
  // An empty value of ours owns nothing: it clears only what we wrote ourselves.
  const isTheirs = remoteChanged || theirs[pair.key] === true;
  if (pair.owner === 'crm' && wanted === null && isTheirs) return 'adopt';
  if (pair.owner === 'crm') return localChanged ? 'to_remote' : 'restore';
  if (pair.owner === 'bitrix24') return decodable ? 'to_local' : 'adopt';
  if (localChanged && remoteChanged) return isKept ? 'keep' : 'conflict';
  if (localChanged) return 'to_remote';
  return decodable ? 'to_local' : 'restore';
}

/** What goes one way never writes the other side; what it may not copy stays as it is, shadows included. */
export function allowed(verdict: Verdict, direction: Way, decodable: boolean): Verdict {
  if (direction === 'none') return verdict === 'adopt' ? 'adopt' : 'nothing';
  if (direction === 'to_bitrix') {
    if (verdict === 'to_local') return 'nothing';
    if (verdict === 'conflict') return 'to_remote';
  }
  if (direction === 'from_bitrix') {
    if (verdict === 'to_remote' || verdict === 'restore') return 'nothing';
    // What cannot be shown on our side (an emptied title) cannot be taken over either.
    if (verdict === 'conflict') return decodable ? 'to_local' : 'nothing';
  }
  return verdict;
}

/** What a verdict is held against: which side changed, what has no counterpart, and who would win. */
export interface Decided {
  changed: { local: boolean; remote: boolean };
  gaps: Gaps;
  owner: FieldOwner;
  way: Way;
  /** `none`: a person is asked. */
  winner: 'crm' | 'bitrix24' | 'none';
}

/**
 * The verdict where a value has no counterpart on the side that it would be carried to: both sides stay, as an error or as they are by the
 * tenant's rule. A value that people chose there and that we cannot show is never written over for it. Pure.
 */
export function overGaps(verdict: Verdict, { changed, gaps, owner, way, winner }: Decided): Verdict {
  if (!gaps.toRemote && !gaps.toLocal) return verdict;
  const isTheirs = verdict === 'restore' && owner === 'both' && changed.remote && gaps.toLocal !== undefined;
  if (isTheirs && way === 'to_bitrix') return 'nothing';
  const goesThere = verdict === 'to_remote' || (verdict === 'restore' && !isTheirs);
  const goesHere = verdict === 'to_local' || isTheirs || (verdict === 'conflict' && winner === 'bitrix24');
  const isConflict = verdict === 'conflict';
  const oursGoes = goesThere || (isConflict && winner === 'crm');
  const gap = oursGoes ? gaps.toRemote : goesHere ? gaps.toLocal : undefined;
  if (gap) return gap === 'keep' ? 'adopt' : 'unmapped';
  if (verdict !== 'adopt') return verdict;
  const isError =
    (changed.local && gaps.toRemote === 'error' && way !== 'from_bitrix') ||
    (changed.remote && gaps.toLocal === 'error' && way !== 'to_bitrix' && owner !== 'crm');
  return isError ? 'unmapped' : 'adopt';
}
