import { diffRemote, isEmptyChanges } from '../../field-maps/remote-changes.ts';
import { isShown } from '../../field-maps/shown.ts';
import type { Canonical, FieldMap, FieldPair, LocalRecord, Remembered, RemoteValues } from '../../field-maps/types.ts';
import type { SyncDirection } from '../../lib/records.ts';
import { type Deciding, decisionOn, isPersonAsked, policyOf } from './field-policy.ts';
import { countRestore, keepCount } from './restores.ts';
import { allowed, judge, overGaps, type Sides, wayOf } from './verdict.ts';

/** What the local side looked like when the pair was last equal, by pair key. */
export type LocalShadow = Readonly<Record<string, Canonical>>;

/** The same for the Bitrix24 side. */
export interface RemoteShadow extends Remembered {
  /** Fields of ours whose value there is not ours: the portal's own, or a person's. What is empty here does not clear it. */
  theirs: Readonly<Record<string, true>>;
  /** How often in a row a foreign change of a field that is ours was put right. */
  restores: Readonly<Record<string, number>>;
  /** When that was last needed (RFC 3339). A count without a time is an earlier release's. */
  restoredAt: Readonly<Record<string, string>>;
  /** By which table of values a pair was made equal. */
  tables: Readonly<Record<string, string>>;
  /** The deal's stages, where we closed it because its object was deleted. */
  closed: StageMove | null;
}

/** A deal's move from one stage to another, by STATUS_ID. */
export interface StageMove {
  from: string;
  to: string;
}

export const emptyRemoteShadow: RemoteShadow = {
  values: {},
  ids: {},
  foreign: {},
  theirs: {},
  restores: {},
  restoredAt: {},
  tables: {},
  closed: null,
};

export interface MergeInput extends Deciding {
  fieldMap: FieldMap;
  local: LocalRecord;
  remote: RemoteValues;
  localShadow: LocalShadow;
  remoteShadow: RemoteShadow;
  direction: SyncDirection;
  localModifiedAt: Date;
  remoteModifiedAt: Date;
  /** Fields that were refused, with the values that were: they rest until either side changes again. */
  fieldErrors?: FieldErrors;
  now: Date;
}

/** Field pairs that one side refused to take, by key, with both sides' values at that moment. */
export type FieldErrors = Readonly<Record<string, { code: string; local: Canonical; remote: Canonical }>>;

/** A value to write. `before` and `after` are values of the side that is written. */
export interface FieldChange {
  pair: FieldPair;
  before: Canonical;
  after: Canonical;
}

/** A value of one side that nothing on the other stands for. */
export interface UnmappedValue {
  pair: FieldPair;
  side: 'crm' | 'bitrix24';
  value: Canonical;
}

/** How it is told as the error of a field. */
export const unmappedCode = 'value_not_mapped';

export interface FieldConflict {
  key: string;
  localValue: Canonical;
  remoteValue: Canonical;
  /** `none`: each side stays as it is until a person decides. */
  winner: 'crm' | 'bitrix24' | 'none';
  /** The field is ours, the portal changed it again and again, and we gave way: one open conflict, however often. */
  contested?: boolean;
  /** A person is asked: the field rests on both sides until there is an answer, or the two are equal. */
  asked?: boolean;
}

export interface MergeResult {
  toRemote: FieldChange[];
  /** `columns` are what the decoded value sets. */
  toLocal: (FieldChange & { columns: Record<string, unknown> })[];
  conflicts: FieldConflict[];
  /** Keys whose sides agree although a shadow says otherwise: only the shadows are renewed. */
  adopted: string[];
  restores: Record<string, number>;
  /** Keys that rest because the same values were refused before. */
  resting: string[];
  restoredAt: Record<string, string>;
  /** Values that have no counterpart on the other side, where that is an error; both sides stay as they are. */
  unmapped: UnmappedValue[];
}

/**
 * Merges one record pair field by field. Pure. A side changed a field when its value differs from its own shadow: one side
 * changed, copy to the other; both to the same, adopt; both differently, the policy decides and the losing value is reported. A field
 * that the record does not name is passed over: absent is not empty. When both sides are equal to their shadows the result is empty, whatever the portal does to the texts it stores.
 */
export function merge(input: MergeInput): MergeResult {
  const result: MergeResult = {
    toRemote: [],
    toLocal: [],
    conflicts: [],
    adopted: [],
    restores: {},
    restoredAt: {},
    resting: [],
    unmapped: [],
  };
  for (const pair of input.fieldMap.pairs) mergeField(pair, input, result);
  return result;
}

function mergeField(pair: FieldPair, input: MergeInput, result: MergeResult): void {
  const { key } = pair;
  if (!isShown(pair, input.remote) || pair.isKnown?.(input.local, input.remote) === false) {
    keepCount(key, input, result);
    return;
  }
  const sides = sidesOf(pair, input);
  const { localValue, remoteValue, wanted, columns, decoded, gaps, changed, way, rule, decodable } = sides;
  if (rests(input.fieldErrors?.[key], sides)) {
    result.resting.push(key);
    return;
  }
  const sendRemote = () => {
    const written = pair.write(input.remote, wanted, input.remoteShadow);
    // Nothing of what stands there is ours to change: history must not say that it was.
    if (isEmptyChanges(diffRemote(input.remote, written))) result.adopted.push(key);
    else result.toRemote.push({ pair, before: remoteValue, after: wanted });
  };
  const takeRemote = () => {
    const localShadow = input.localShadow[key];
    result.toLocal.push({ pair, before: localValue, after: decoded, columns });
    if (way !== 'bidirectional' || localShadow === undefined) return;
    // What of ours stands beside the value that we take (a contract's number) may be another one since.
    const beside = pair.encodeOver?.({ ...input.local, ...columns }, { value: remoteValue, localShadow });
    if (beside === undefined || beside === remoteValue || localValue === localShadow) return;
    result.toRemote.push({ pair, before: remoteValue, after: beside });
  };
  const deciding = { ...input, firstLink: rule };
  const values = { key, localValue, remoteValue };
  const settled = settledBy(deciding, values, decodable);
  const isKept = rule === 'fill_only' && !isPersonAsked(deciding, key);
  const verdict = allowed(judge(pair, input.remoteShadow, { ...sides, isKept }), way, decodable);

  switch (overGaps(verdict, { changed, gaps, owner: pair.owner, way, winner: settled.winner })) {
    case 'nothing':
      keepCount(key, input, result);
      return;
    case 'adopt':
      result.adopted.push(key);
      return;
    case 'unmapped':
      result.unmapped.push(unmappedOf(pair, sides));
      return;
    case 'keep':
      leaveBoth({ key, localValue, remoteValue, winner: 'none' }, result);
      return;
    case 'to_remote':
      sendRemote();
      return;
    case 'to_local':
      takeRemote();
      return;
    case 'restore':
      if (countRestore(key, input, result)) return void sendRemote();
      // A person should know that the field is not ours any more.
      leaveBoth({ key, localValue, remoteValue, winner: 'bitrix24', contested: true }, result);
      return;
    case 'conflict':
      settle();
  }

  function settle(): void {
    const { isDecided } = settled;
    if (settled.winner === 'none') return void result.conflicts.push({ ...values, winner: 'none', asked: true });
    // What a person decided stands in the journal already.
    if (!isDecided) result.conflicts.push({ ...values, winner: settled.winner });
    if (settled.winner === 'crm') sendRemote();
    else takeRemote();
  }
}

function sidesOf(pair: FieldPair, input: MergeInput): Sides {
  const { local, remote, remoteShadow } = input;
  const shadows = { local: input.localShadow[pair.key], remote: remoteShadow.values[pair.key] };
  const localValue = pair.readLocal(local);
  const remoteValue = pair.readRemote(remote, remoteShadow);
  const columns = pair.decode(remoteValue, local, shadows.local);
  const isOtherTable = pair.fingerprint !== undefined && remoteShadow.tables[pair.key] !== pair.fingerprint;
  const firstTime = shadows.local === undefined || shadows.remote === undefined || isOtherTable;
  return {
    localValue,
    remoteValue,
    columns,
    firstTime,
    wanted:
      pair.encodeOver?.(local, { value: remoteValue, localShadow: shadows.local }) ??
      (pair.encodeAt ? pair.encodeAt(local, remote) : pair.encode(local)),
    decodable: Object.keys(columns).length > 0,
    decoded: pair.readLocal({ ...local, ...columns }),
    gaps: pair.gaps?.(local, remote) ?? {},
    changed: {
      local: firstTime || localValue !== shadows.local,
      remote: firstTime || remoteValue !== shadows.remote,
    },
    way: wayOf(input.direction, pair.direction),
    rule: input.firstLink ?? (firstTime ? pair.firstRule : null) ?? null,
  };
}

/** The same values were refused before; one that had no counterpart may have one since. */
function rests(refused: FieldErrors[string] | undefined, { localValue, remoteValue, gaps }: Sides): boolean {
  if (!refused || refused.local !== localValue || refused.remote !== remoteValue) return false;
  return refused.code !== unmappedCode || gaps.toRemote === 'error' || gaps.toLocal === 'error';
}

function unmappedOf(pair: FieldPair, { localValue, remoteValue, gaps, changed }: Sides): UnmappedValue {
  const isOurs = gaps.toRemote === 'error' && changed.local;
  return isOurs ? { pair, side: 'crm', value: localValue } : { pair, side: 'bitrix24', value: remoteValue };
}

/** Each side stays as it is, and is remembered so: the next change of either travels. */
function leaveBoth(conflict: FieldConflict, result: MergeResult): void {
  result.conflicts.push(conflict);
  result.adopted.push(conflict.key);
}

/** Whose value stands where both sides changed a field differently, and whether a person said so about just these values. */
function settledBy(
  deciding: MergeInput,
  values: Pick<FieldConflict, 'key' | 'localValue' | 'remoteValue'>,
  decodable: boolean,
): { winner: FieldConflict['winner']; isDecided: boolean } {
  const answer = decisionOn(deciding, values);
  const decided = answer === 'crm' || decodable ? answer : null;
  return { winner: decided ?? winnerOf(deciding, values.key, decodable), isDecided: decided !== null };
}

// Bitrix24 keeps one change time per record, to the second: a tie goes to the CRM.
function winnerOf(input: MergeInput, key: string, decodable: boolean): FieldConflict['winner'] {
  if (isPersonAsked(input, key)) return 'none';
  if (!decodable) return 'crm';
  if (input.firstLink === 'crm' || input.firstLink === 'bitrix24') return input.firstLink;
  const policy = policyOf(input, key);
  if (policy === 'crm' || policy === 'bitrix24') return policy;
  return input.remoteModifiedAt.getTime() > input.localModifiedAt.getTime() ? 'bitrix24' : 'crm';
}

/** Nothing to write, nothing to remember: what a person is asked leaves both sides as they are. */
export function isUneventful(result: MergeResult): boolean {
  const { toRemote, toLocal, adopted, unmapped } = result;
  const decided = result.conflicts.filter(({ asked }) => !asked);
  return toRemote.length + toLocal.length + adopted.length + decided.length + unmapped.length === 0;
}
