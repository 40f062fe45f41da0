import type { LoadedPair, SyncContext } from '../pair.ts';
import { emptyRemoteShadow } from '../plan/merge.ts';
import { originOf, readOrigin } from '../plan/origin-id.ts';
import { findMarked, type QueueRow } from '../queue/sync-queue.ts';
import type { LoadDeps } from './load-deps.ts';
import { readRemote } from './read-remote.ts';
import { findFormerCompanies } from './standings.ts';

/** Pairs that wait for the company of their client, which another contract is having made: until then, or until that one's create has ended. */
export type WaitsForClient = Map<LoadedPair, { until: Date; behind: QueueRow }>;

/** A contract whose INN or KPP changed lets go of its former client's company, which stays as it is. */
export function leaveFormerClients(pairs: readonly LoadedPair[]): void {
  for (const pair of pairs) {
    const { local, mapping } = pair;
    if (!local?.standing?.leaves || local.deleted || mapping?.state !== 'linked') continue;
    pair.mapping = {
      ...mapping,
      state: 'unlinked',
      shadows: { local: {}, remote: emptyRemoteShadow },
      fieldErrors: {},
    };
    pair.remoteId = null;
  }
}

/**
 * Contracts that would get a company of their own are joined to the one that their client has already: that of another contract, one that
 * another contract's create made without an answer, or the one that stayed when the client's contracts were deleted. Where another
 * contract's create may be under way still, the pair waits for it: then both are looked at again. Throws `Bitrix24Error`.
 */
export async function joinClients(
  deps: LoadDeps,
  context: SyncContext,
  pairs: readonly LoadedPair[],
): Promise<WaitsForClient> {
  await joinLinked(context, pairs);
  const alone = pairs.filter((pair) => wouldBeCreated(context, pair) && keyOf(pair) !== null);
  if (alone.length === 0) return new Map();
  const waits = await findCreating(deps, context, alone);
  const open = alone.filter((pair) => !waits.has(pair));
  await joinUnanswered(context, pairs, open);
  const left = open.filter(({ remote }) => remote === null);
  const former = await findFormerCompanies(deps.db, context.tenantId, [
    ...new Set(left.flatMap((pair) => keyOf(pair) ?? [])),
  ]);
  await join(context, left, (pair) => former.get(keyOf(pair) ?? '') ?? null);
  return waits;
}

/** Joins pairs that would get a company of their own to the company that another contract of their client is linked with. */
export async function joinLinked(context: SyncContext, pairs: readonly LoadedPair[]): Promise<void> {
  const alone = pairs.filter((pair) => wouldBeCreated(context, pair));
  await join(context, alone, ({ local, remoteId }) => {
    const { company = null, companies = [] } = local?.standing ?? {};
    return [...companies, company].find((id) => id !== null && id !== remoteId) ?? null;
  });
}

/** The contract is here and its company is not, nor is one known that a policy leaves alone. */
function wouldBeCreated({ settings }: SyncContext, pair: LoadedPair): boolean {
  const { entity, local, mapping, remote, readError } = pair;
  if (entity !== 'contract' || !local || local.deleted || remote || readError !== null) return false;
  if (settings.directions.contract === 'from_bitrix') return false;
  if (mapping?.state === 'linked') return pair.remoteGone && settings.on_bitrix24_delete.contract === 'recreate';
  return mapping === null || mapping.state === 'unlinked';
}

function keyOf({ local }: LoadedPair): string | null {
  return local?.standing?.key ?? null;
}

/** Reads the companies that are chosen for these pairs and gives each pair its own, where it is there. */
async function join(
  context: SyncContext,
  pairs: readonly LoadedPair[],
  choose: (pair: LoadedPair) => number | null,
): Promise<void> {
  const chosen = new Map(pairs.map((pair) => [pair, choose(pair)]));
  const answers = await readRemote(context, [...new Set([...chosen.values()].flatMap((id) => id ?? []))]);
  for (const [pair, id] of chosen) {
    const answer = id === null ? undefined : answers.get(id);
    if (answer?.state !== 'present' && answer?.state !== 'failed') continue;
    if (answer.state === 'present') pair.remote = answer.record;
    else pair.readError = answer.error;
    pair.remoteId = id;
    pair.remoteGone = false;
    // What became of the company that is gone matters no more.
    if (pair.question?.lostId !== undefined) pair.question = null;
    // The former company is gone, or another client's: the pair has to be linked anew.
    if (pair.mapping?.state === 'linked') pair.mapping = { ...pair.mapping, state: 'orphaned', shadows: emptyShadows };
  }
}

const emptyShadows = { local: {}, remote: emptyRemoteShadow };

/** Other contracts of the client. */
function kinOf({ local }: LoadedPair): number[] {
  return local?.standing?.kin.filter((id) => id !== local.id) ?? [];
}

/** Pairs whose client has a create without an answer under way for another contract. */
async function findCreating(
  { db, timings }: LoadDeps,
  { tenantId }: SyncContext,
  pairs: readonly LoadedPair[],
): Promise<WaitsForClient> {
  const own = new Set(pairs.map(({ localId }) => localId));
  const marked = await findMarked(db, tenantId, 'contract', [...new Set(pairs.flatMap(kinOf))]);
  // What is in hand here has been looked up already: it is not under way any more.
  const until = new Map(
    marked.flatMap((row): [number, { until: Date; behind: QueueRow }][] => {
      const sentAt = row.createSentAt?.getTime() ?? 0;
      if (own.has(row.recordId)) return [];
      const until = new Date(Math.max(sentAt + timings.uncertainWaitMs, row.dueAt.getTime()));
      return [[row.recordId, { until, behind: row }]];
    }),
  );
  return new Map(
    pairs.flatMap((pair): [LoadedPair, { until: Date; behind: QueueRow }][] => {
      const ends = kinOf(pair).flatMap((id) => until.get(id) ?? []);
      const [last] = ends.sort((a, b) => b.until.getTime() - a.until.getTime());
      return last ? [[pair, last]] : [];
    }),
  );
}

/** A company that was made for another contract of the client and is not linked yet: it is found by that contract's origin. */
async function joinUnanswered(
  context: SyncContext,
  all: readonly LoadedPair[],
  open: readonly LoadedPair[],
): Promise<void> {
  const { entity, client, options } = context;
  const found = new Map<number, number>();
  for (const { localId, remote } of all) if (localId !== null && remote) found.set(localId, remote.id);
  const here = new Set(all.map(({ localId }) => localId));
  const unasked = [...new Set(open.flatMap(kinOf))].filter((id) => !here.has(id));
  const origins = unasked.map((id) => originOf(context, id));
  for (const record of origins.length > 0 ? await client.findByOrigin(entity, origins, options) : []) {
    const origin = readOrigin(context, record);
    if (origin.whose === 'ours' && !origin.former && !found.has(origin.localId)) found.set(origin.localId, record.id);
  }
  await join(context, open, (pair) => kinOf(pair).flatMap((id) => found.get(id) ?? [])[0] ?? null);
}
