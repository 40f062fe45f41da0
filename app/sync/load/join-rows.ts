import type { LoadedPair } from '../pair.ts';
import { emptyRemoteShadow } from '../plan/merge.ts';
import { findMarked, type QueueRow } from '../queue/sync-queue.ts';
import type { LoadDeps } from './load-deps.ts';
import type { LocalTarget } from './local-rows.ts';
import { findMappings, type Mapping } from './mappings.ts';

/** The record pairs that the claimed rows ask for: two rows of one pair are one pair. */
export async function joinRows(deps: LoadDeps, target: LocalTarget, rows: readonly QueueRow[]): Promise<LoadedPair[]> {
  const readAt = deps.clock.now();
  const idsOf = (side: 'local' | 'bitrix24') => rows.filter((row) => row.side === side).map((row) => row.recordId);
  const ids = { local: idsOf('local'), remote: idsOf('bitrix24') };
  const mappings = await findMappings(deps.db, target.tenantId, target.entity, ids);
  const byLocal = new Map(mappings.map((mapping) => [mapping.localId, mapping]));
  const byRemote = firstOfEach(mappings);
  const pairs = new Map<string, LoadedPair>();
  for (const row of rows) {
    const mapping = (row.side === 'local' ? byLocal : byRemote).get(row.recordId) ?? null;
    const localId = row.side === 'local' ? row.recordId : (mapping?.localId ?? null);
    const remoteId = row.side === 'bitrix24' ? row.recordId : (mapping?.remoteId ?? null);
    const key = localId === null ? `bitrix24:${remoteId}` : `local:${localId}`;
    const known = pairs.get(key);
    if (known) known.rows.push(row);
    else pairs.set(key, newPair({ entity: target.entity, readAt, rows: [row], localId, remoteId, mapping }));
  }
  await joinMarkedRows(deps, target, [...pairs.values()]);
  return [...pairs.values()];
}

/** A company may be in the mappings of several contracts: the first that is linked; the others have queue rows of their own. */
function firstOfEach(mappings: readonly Mapping[]): Map<number, Mapping> {
  const rank = ({ state, localId }: Mapping) => (state === 'linked' ? localId : Number.MAX_SAFE_INTEGER / 2 + localId);
  const byRemote = new Map<number, Mapping>();
  for (const mapping of mappings) {
    const known = byRemote.get(mapping.remoteId);
    if (!known || rank(mapping) < rank(known)) byRemote.set(mapping.remoteId, mapping);
  }
  return byRemote;
}

/** A create without an answer concerns every row of its pair, whichever was claimed: the mark is on the local side's row. */
async function joinMarkedRows(deps: LoadDeps, target: LocalTarget, pairs: readonly LoadedPair[]): Promise<void> {
  const open = new Map<number, LoadedPair>();
  for (const pair of pairs) {
    if (pair.localId !== null && pair.rows.every(({ side }) => side !== 'local')) open.set(pair.localId, pair);
  }
  for (const row of await findMarked(deps.db, target.tenantId, target.entity, [...open.keys()])) {
    open.get(row.recordId)?.rows.push(row);
  }
}

function newPair(
  known: Pick<LoadedPair, 'entity' | 'readAt' | 'rows' | 'localId' | 'remoteId'> & { mapping: Mapping | null },
): LoadedPair {
  return {
    ...known,
    local: null,
    remote: null,
    remoteGone: false,
    shadows: { local: {}, remote: emptyRemoteShadow },
    sent: null,
    unsettled: false,
    duplicate: false,
    former: null,
    question: null,
    matched: known.mapping?.matched ?? false,
    asked: {},
    companions: [],
    readError: null,
  };
}
