import { diffRemote, isEmptyChanges } from '../../field-maps/remote-changes.ts';
import { isShown } from '../../field-maps/shown.ts';
import type { Canonical, FieldMap, FieldPair, LocalRecord, Remembered, RemoteValues } from '../../field-maps/types.ts';
import type { SyncDirection } from '../../lib/records.ts';
import { type Deciding, decisionOn, isPersonAsked, policyOf } from './field-policy.ts';

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
}

/**
 * A portal robot and we could put a field back against each other for ever. After this many times in a row ours yields; one
 * more would only make the fight longer, one less would give up on a person who merely edits twice.
 */
const maxRestores = 3;

/** A robot answers within minutes; a foreign change after an hour of rest is a new story. */
const restMs = 3_600_000;

type Verdict = 'nothing' | 'adopt' | 'keep' | 'to_remote' | 'to_local' | 'restore' | 'contested' | 'conflict';

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
  const localValue = pair.readLocal(input.local);
  const remoteValue = pair.readRemote(input.remote, input.remoteShadow);
  const refused = input.fieldErrors?.[key];
  if (refused && refused.local === localValue && refused.remote === remoteValue) {
    result.resting.push(key);
    return;
  }
  const localShadow = input.localShadow[key];
  const wanted = pair.encodeOver?.(input.local, { value: remoteValue, localShadow }) ?? pair.encode(input.local);
  const columns = pair.decode(remoteValue, input.local, localShadow);
  // A decode that yields nothing cannot be shown on our side (a name emptied in the portal): ours is put back.
  const decodable = Object.keys(columns).length > 0;
  const decoded = pair.readLocal({ ...input.local, ...columns });
  const sendRemote = () => {
    const written = pair.write(input.remote, wanted, input.remoteShadow);
    // Nothing of what stands there is ours to change: history must not say that it was.
    if (isEmptyChanges(diffRemote(input.remote, written))) result.adopted.push(key);
    else result.toRemote.push({ pair, before: remoteValue, after: wanted });
  };
  const takeRemote = () => {
    result.toLocal.push({ pair, before: localValue, after: decoded, columns });
    if (input.direction !== 'bidirectional' || localShadow === undefined) return;
    // What of ours stands beside the value that we take (a contract's number) may be another one since.
    const beside = pair.encodeOver?.({ ...input.local, ...columns }, { value: remoteValue, localShadow });
    if (beside === undefined || beside === remoteValue || localValue === localShadow) return;
    result.toRemote.push({ pair, before: remoteValue, after: beside });
  };

  switch (allowed(judge(), input.direction, decodable)) {
    case 'nothing':
      keepCount(key, input, result);
      return;
    case 'adopt':
      result.adopted.push(key);
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
      settle({ key, localValue, remoteValue });
  }

  function settle(values: Pick<FieldConflict, 'key' | 'localValue' | 'remoteValue'>): void {
    const answer = decisionOn(input, values);
    const decided = answer === 'crm' || decodable ? answer : null;
    const winner = decided ?? winnerOf(input, key, decodable);
    if (winner === 'none') return void result.conflicts.push({ ...values, winner, asked: true });
    // What a person decided stands in the journal already.
    if (!decided) result.conflicts.push({ ...values, winner });
    if (winner === 'crm') sendRemote();
    else takeRemote();
  }

  function judge(): Verdict {
    const before = { local: localShadow, remote: input.remoteShadow.values[key] };
    const firstTime = before.local === undefined || before.remote === undefined;
    const localChanged = firstTime || localValue !== before.local;
    const remoteChanged = firstTime || remoteValue !== before.remote;
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
    if (firstTime && (wanted === null || localValue === null))
      return pair.owner === 'crm' ? 'adopt' : decodable ? 'to_local' : 'adopt';
    // An empty value of ours owns nothing: it clears only what we wrote ourselves.
    const isTheirs = remoteChanged || input.remoteShadow.theirs[key] === true;
    if (pair.owner === 'crm' && wanted === null && isTheirs) return 'adopt';
    if (pair.owner === 'crm') return localChanged ? 'to_remote' : 'restore';
    if (pair.owner === 'bitrix24') return decodable ? 'to_local' : 'adopt';
    const isKept = input.firstLink === 'fill_only' && !isPersonAsked(input, key);
    if (localChanged && remoteChanged) return isKept ? 'keep' : 'conflict';
    if (localChanged) return 'to_remote';
    return decodable ? 'to_local' : 'restore';
  }
}

/** Each side stays as it is, and is remembered so: the next change of either travels. */
function leaveBoth(conflict: FieldConflict, result: MergeResult): void {
  result.conflicts.push(conflict);
  result.adopted.push(conflict.key);
}

/** Counts that ours is put back once more; false when that happened too often in a row. */
function countRestore(key: string, { now, remoteShadow }: MergeInput, result: MergeResult): boolean {
  const inARow = hasRested(now, remoteShadow.restoredAt[key]) ? 0 : (remoteShadow.restores[key] ?? 0);
  result.restoredAt[key] = now.toISOString();
  result.restores[key] = Math.min(inARow + 1, maxRestores);
  return inARow < maxRestores;
}

/** Nothing happens to the field: how often it was put right stays as it was. */
function keepCount(key: string, { remoteShadow }: MergeInput, result: MergeResult): void {
  const { restores, restoredAt } = remoteShadow;
  if (restores[key]) result.restores[key] = restores[key];
  if (restoredAt[key]) result.restoredAt[key] = restoredAt[key];
}

function hasRested(now: Date, restoredAt: string | undefined): boolean {
  return restoredAt !== undefined && now.getTime() - Date.parse(restoredAt) >= restMs;
}

/** A one-way kind never writes the other side; what it may not copy stays as it is, shadows included. */
function allowed(verdict: Verdict, direction: SyncDirection, decodable: boolean): Verdict {
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
  const decided = result.conflicts.filter(({ asked }) => !asked);
  return result.toRemote.length + result.toLocal.length + result.adopted.length + decided.length === 0;
}
