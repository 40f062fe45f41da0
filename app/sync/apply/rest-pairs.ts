import { retryingTransaction } from '../../models/retrying-transaction.ts';
import type { SyncDeps } from '../deps.ts';
import { countRuns, type RunTick } from '../journal/run-counters.ts';
import { readRests } from '../load/read-rests.ts';
import type { LoadedPair } from '../pair.ts';
import { type PostponedRow, postpone } from '../queue/put-off.ts';
import { type RestReason, restOf, restsUntil } from '../queue/rests.ts';

/**
 * Leaves out the pairs that rest as it stands now: their rows stay queued, uncharged, until the rest ends. A run that asked for one goes on
 * without it, and counts it as skipped. Returns the others.
 */
export async function leaveResting(
  { db }: Pick<SyncDeps, 'db'>,
  tenantId: number,
  pairs: readonly LoadedPair[],
): Promise<LoadedPair[]> {
  const rests = await readRests(db, tenantId);
  const resting = pairs.flatMap((pair) => {
    const reason = restOf(rests, pair);
    return reason ? [{ pair, reason }] : [];
  });
  if (resting.length === 0) return [...pairs];
  const rows = resting.flatMap(({ pair, reason }) => pair.rows.map((row) => putAway(row, reason)));
  const ticks = rows.map((row): RunTick => ({ row, outcome: 'skipped', conflicts: 0 }));
  await retryingTransaction(db, async (transaction) => {
    await postpone(db, tenantId, rows, transaction);
    await countRuns(db, tenantId, ticks, transaction);
  });
  const left = new Set(resting.map(({ pair }) => pair));
  return pairs.filter((pair) => !left.has(pair));
}

function putAway(row: LoadedPair['rows'][number], reason: RestReason): PostponedRow {
  return { ...row, dueAt: restsUntil, sent: row.createSentAt !== null, counted: true, waitsFor: reason };
}
