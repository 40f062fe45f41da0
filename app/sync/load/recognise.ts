import type { RemoteRecord } from '../../bitrix24/client.ts';
import { originator } from '../../lib/records.ts';
import type { LoadedPair, SyncContext } from '../pair.ts';
import { importIsWanted } from '../plan/import-wanted.ts';
import { emptyRemoteShadow } from '../plan/merge.ts';
import { isRestored, readOrigin, tookIn } from '../plan/origin-id.ts';
import type { SentValues } from '../queue/sync-queue.ts';
import type { FormerMapping } from './former-mappings.ts';
import { formerByLocal } from './former-records.ts';
import type { LoadDeps } from './load-deps.ts';
import { readLocal } from './local-rows.ts';
import { findMappings, type Mapping } from './mappings.ts';
import { findOrphans, type Orphan } from './orphans.ts';
import { findFailedCreates, findSentValues } from './own-records.ts';
import { readRemote } from './read-remote.ts';

/** A Bitrix24 record without a mapping that names a local one. */
interface Named {
  pair: LoadedPair;
  remote: RemoteRecord;
  localId: number;
  /** Its origin lacks the database. */
  isFormer: boolean;
}

const noShadows = { local: {}, remote: emptyRemoteShadow };

/** What we know of the local records that are named. */
interface Known {
  mappings: ReadonlyMap<number, Mapping>;
  former: ReadonlyMap<number, FormerMapping>;
  sent: ReadonlyMap<number, SentValues>;
  /** Creates whose failure does not prove that nothing was made. */
  failed: ReadonlySet<number>;
  rivals: Awaited<ReturnType<typeof readRemote>>;
  /** Local records that are there and not deleted. */
  present: ReadonlySet<number>;
}

/**
 * A record without a mapping that carries our origin: restored from the recycle bin, or a create that was not committed yet. It joins
 * the pair of its local record, unless another living record stands for that one already. A copy of a record that was deleted joins
 * nothing: a person is asked what it is. A record that was linked once and would be imported joins its pair too, also when it came back
 * from the recycle bin without an origin.
 */
export async function recogniseOwnRecords(
  deps: LoadDeps,
  context: SyncContext,
  pairs: readonly LoadedPair[],
): Promise<LoadedPair[]> {
  const named = [...pairs.flatMap((pair) => nameOf(context, pair)), ...(await nameTakenBack(deps, context, pairs))];
  if (named.length === 0) return [...pairs];
  const known = await findKnown(deps, context, named);
  const left = new Set(pairs);
  for (const item of named) if (joins(item, known)) joinHalves(item.pair, left);
  return [...left];
}

function nameOf(context: SyncContext, pair: LoadedPair): Named[] {
  const { remote, former } = pair;
  if (pair.localId !== null || !remote) return [];
  const origin = readOrigin(context, remote);
  if (origin.whose === 'ours') return [{ pair, remote, localId: origin.localId, isFormer: origin.former }];
  if (origin.whose === 'others' || !former || !importIsWanted(context, pair)) return [];
  return [{ pair, remote, localId: former.localId, isFormer: false }];
}

/**
 * Names of records that would be imported and are an imported one that people took back from the recycle bin: made in the same second as
 * that one, under a higher id, and the same in every field. Two that fit say nothing.
 */
async function nameTakenBack(deps: LoadDeps, context: SyncContext, pairs: readonly LoadedPair[]): Promise<Named[]> {
  const loose = pairs.flatMap((pair) => {
    const { localId, remote, former } = pair;
    const isUnknown = localId === null && remote !== null && former === null;
    if (!isUnknown || readOrigin(context, remote).whose !== 'none' || !importIsWanted(context, pair)) return [];
    return [{ pair, remote }];
  });
  const madeAt = loose.flatMap(({ remote }) => remote.createdAt ?? []);
  const orphans = await findOrphans(deps.db, context, madeAt);
  return loose.flatMap(({ pair, remote }) => {
    const fitting = orphans.filter((orphan) => isTheSame(context, orphan, remote));
    const [orphan] = fitting;
    return orphan && fitting.length === 1 ? [{ pair, remote, localId: orphan.localId, isFormer: false }] : [];
  });
}

function isTheSame({ fieldMap }: SyncContext, orphan: Orphan, remote: RemoteRecord): boolean {
  const { values } = orphan.shadow;
  if (remote.id < orphan.remoteId || !isRestored(orphan, remote)) return false;
  return fieldMap.pairs.every(
    ({ key, readRemote: read }) => !(key in values) || read(remote, orphan.shadow) === values[key],
  );
}

async function findKnown(deps: LoadDeps, context: SyncContext, named: readonly Named[]): Promise<Known> {
  const localIds = named.map(({ localId }) => localId);
  const mappings = await findMappings(deps.db, context.tenantId, context.entity, { local: localIds, remote: [] });
  const former = await formerByLocal(deps, context, localIds);
  const linked = [...mappings.filter(({ state }) => state === 'linked'), ...former.values()];
  const rows = await readLocal(deps.db, context, localIds);
  return {
    mappings: new Map(mappings.map((mapping) => [mapping.localId, mapping])),
    former,
    sent: await findSentValues(deps, context, localIds),
    failed: await findFailedCreates(deps, context, localIds),
    rivals: await readRemote(
      context,
      linked.map(({ remoteId }) => remoteId),
    ),
    present: new Set([...rows.values()].flatMap((row) => (row.deleted ? [] : [row.id]))),
  };
}

/** Whether a record is that of the local one which it names; then its pair knows that one. */
function joins(item: Named, known: Known): boolean {
  const { pair, remote, localId, isFormer } = item;
  const mapping = known.mappings.get(localId) ?? null;
  const former = mapping ? null : (known.former.get(localId) ?? null);
  const before = mapping ?? former;
  const sent = known.sent.get(localId) ?? null;
  const isSent = known.failed.has(localId) || sent !== null;
  const isSame = before?.remoteId === remote.id;
  const isBack = before !== null && !isSame && isRestored(before, remote);
  const rival = before && !isSame ? known.rivals.get(before.remoteId) : undefined;
  // A rival that cannot be read is not known to be gone.
  if (rival?.state === 'failed' || (rival?.state === 'present' && sharesOrigin(rival.record, item))) {
    pair.duplicate = true;
    return false;
  }
  if (rival?.state === 'present') return false;
  // Without the database in it the origin may be another one's.
  if (isFormer && !isSame && !isBack && sent?.originId !== remote.originId) return false;
  const isHeir = pair.entity !== 'object' && before !== null && !isSame && tookIn(before, remote);
  if (before && !isSame && !isBack && !isSent && !isHeir) {
    if (known.present.has(localId)) pair.question = { code: 'copy_of_deleted', localId, record: remote };
    return false;
  }
  pair.localId = localId;
  // The former record is gone and this one took its place: the pair has to be linked anew.
  pair.mapping = mapping && { ...mapping, state: isSame ? mapping.state : 'orphaned' };
  pair.former = former;
  // What a survivor holds beside the origin is its own: nothing of the lost record's shadows holds for it.
  if (isHeir && pair.mapping) Object.assign(pair.mapping, { shadows: noShadows, fieldErrors: {} });
  if (isHeir) pair.former = null;
  // A record that people took back was not made by the create: what it was when the pair was last equal holds, not what the create sent.
  pair.sent = isSame || isBack ? null : sent;
  // A mark may be lost with its row; the error of the create, or of the link that followed it, tells the same.
  pair.unsettled = isSent && !isSame && !isBack;
  return true;
}

/** Two living records stand for one local record; in the former form only the same words show it. */
function sharesOrigin(rival: RemoteRecord, { pair, remote, isFormer }: Named): boolean {
  // The company that a contract is with now may name another contract of its client; the one that it left stays as it is.
  const mayNameAnother = pair.entity === 'contract' && rival.originatorId === originator;
  return (!isFormer && !mayNameAnother) || rival.originId === remote.originId;
}

/** Two pairs turned out to be one: the local half waits to be created while its Bitrix24 record is here. */
function joinHalves(pair: LoadedPair, left: Set<LoadedPair>): void {
  for (const other of left) {
    if (other === pair || other.localId !== pair.localId) continue;
    pair.rows.push(...other.rows);
    left.delete(other);
  }
}
