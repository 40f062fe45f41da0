import type { StepDeps } from './apply/write-step.ts';
import { type Item, keyOfRow, keysOfPair, type Lane, type Owners } from './lane.ts';
import type { LoadedPair, WaitingRow } from './pair.ts';
import { type Claim, claimDue, findQueued } from './queue/claim-due.ts';
import type { QueueRow } from './queue/sync-queue.ts';

/** What a turn knows of the rows that it had in hand. */
export interface FillState {
  owners: Owners;
  /** Rows that were dealt with in this turn, as they were then: one that a writer holds locked is looked at once a turn. */
  handled: Map<string, string>;
  /** Rows whose record another item has in hand, by what they wait for: they are taken when that has ended. */
  blocked: Map<string, Item>;
  /** Rows that a lane reads the records of just now: the other lane leaves them alone, even if they changed meanwhile. */
  loading: Set<string>;
  /** For each search for rows that is under way, the rows that were dealt with meanwhile: its answer may be older than that. */
  searches: Set<Set<string>>;
}

/** Rows that left the queue need not be remembered. */
export async function forgetDone(
  { db }: StepDeps,
  { handled, searches }: FillState,
  tenantId: number,
  rows: readonly QueueRow[],
): Promise<void> {
  const queued = new Set((await findQueued(db, tenantId, rows)).map(keyOfRow));
  for (const key of rows.map(keyOfRow)) {
    if (queued.has(key)) continue;
    handled.delete(key);
    for (const search of searches) search.add(key);
  }
}

/** Searches for due rows; leaves out what left the queue while the search was under way. */
export async function searchDue(
  { db }: StepDeps,
  { searches }: FillState,
  tenantId: number,
  claim: Claim,
): Promise<QueueRow[]> {
  const gone = new Set<string>();
  searches.add(gone);
  try {
    const rows = await claimDue(db, tenantId, claim);
    return rows.filter((row) => !gone.has(keyOfRow(row)));
  } finally {
    searches.delete(gone);
  }
}

/** Whether a row waits for an item that has its record in hand still. */
export function isBlocked({ blocked, owners }: FillState, key: string): boolean {
  const item = blocked.get(key);
  if (item && owners.holds(item)) return true;
  blocked.delete(key);
  return false;
}

/** What a row says; it changes with whatever asks for the record again. */
export function signOf({ changes, attempts, dueAt }: QueueRow): string {
  return `${changes}:${attempts}:${dueAt.getTime()}`;
}

/** Whether this lane may work on the pair now. What waits in the other lane is taken from it; what is in flight is waited for. */
export function takeOver(state: FillState, lane: Lane, pair: LoadedPair): boolean {
  const owners = state.owners.ofPair(pair);
  const mayTake = (item: Item) =>
    !item.inFlight && (item.lane === lane ? isOfRecord(item, pair) : lane.name === 'urgent');
  const holder = owners.find((item) => !mayTake(item));
  if (holder) {
    leaveFor(state, pair, holder);
    return false;
  }
  for (const item of owners) {
    item.lane.drop([item]);
    // Rows that asked for the pair before, and are not among those that ask now, are taken again.
    for (const row of item.planned.pair.rows) state.handled.delete(keyOfRow(row));
  }
  for (const row of pair.rows) state.handled.set(keyOfRow(row), signOf(row));
  return true;
}

/**
 * Of rows that wait for a create: those whose create is not in hand here, and did not end while they were read. The others are taken again
 * when it has ended: nothing of it is uncertain.
 */
export function leaveBehind(
  state: FillState,
  waiting: readonly WaitingRow[],
  ended: ReadonlySet<string>,
): WaitingRow[] {
  return waiting.filter(({ row, behind }) => {
    if (!behind) return true;
    const item = state.owners.ofRow(behind).find(({ inFlight }) => inFlight);
    if (item) leaveFor(state, { rows: [row] }, item);
    else if (ended.has(keyOfRow(behind))) state.handled.delete(keyOfRow(row));
    else return true;
    return false;
  });
}

/** The pairs that no item ended of while they were read. The rows of the others are taken again: what was read may be older than that. */
export function leaveOutdated(
  { handled }: FillState,
  pairs: readonly LoadedPair[],
  ended: ReadonlySet<string>,
): LoadedPair[] {
  return pairs.filter((pair) => {
    const isOutdated = keysOfPair(pair).some((key) => ended.has(key));
    if (isOutdated) for (const row of pair.rows) handled.delete(keyOfRow(row));
    return !isOutdated;
  });
}

/** Another contract of the same company keeps its place in the lane. */
function isOfRecord({ planned }: Item, { localId }: LoadedPair): boolean {
  return localId === null || planned.pair.localId === null || planned.pair.localId === localId;
}

/** The rows of a pair are taken again when the item that has its record in hand has ended. */
export function leaveFor(state: FillState, { rows }: Pick<LoadedPair, 'rows'>, item: Item): void {
  for (const row of rows) {
    state.handled.delete(keyOfRow(row));
    state.blocked.set(keyOfRow(row), item);
  }
}
