import type { RemoteRecord } from '../../bitrix24/client.ts';
import type { LoadedPair, SyncContext } from '../pair.ts';
import { isRestored, originOf, readOrigin, tookIn } from '../plan/origin-id.ts';
import { planRemoteDeleted } from '../plan/plan.ts';
import { findStoodFor } from './former-mappings.ts';
import type { LoadDeps } from './load-deps.ts';
import { findMappings } from './mappings.ts';
import { findOwn } from './own-records.ts';

/**
 * Before a record that is gone is made again, the portal is asked whether another one carries our origin. The record itself, taken back
 * from the recycle bin, is linked again. What else carries the origin is a copy, or a create that was carried out late: a person is asked
 * which it is, and nothing is made until then. When the person asks for the pair again and the other one is gone, it is made. 2,500
 * origins a request. Throws `Bitrix24Error`.
 */
export async function askBeforeRecreation(
  deps: LoadDeps,
  context: SyncContext,
  pairs: readonly LoadedPair[],
): Promise<void> {
  const asked = pairs.filter((pair) => wouldBeMadeAgain(context, pair));
  if (asked.length === 0) return;
  const found = await findOwn(context, asked);
  const back = await findBackOfOthers(
    deps,
    context,
    asked.filter(({ localId }) => !found.has(localId ?? 0)),
  );
  const linked = await linkedElsewhere(deps, context, [...found.values()].flat());
  for (const pair of asked) {
    const { mapping, localId } = pair;
    const records = (found.get(localId ?? 0) ?? []).filter(({ id }) => id !== mapping?.remoteId && !linked.has(id));
    const [oldest] = records;
    if (!mapping || localId === null) continue;
    const same =
      records.find((record) => isRestored(mapping, record) || tookIn(mapping, record)) ?? back.get(mapping.remoteId);
    if (same) {
      Object.assign(pair, { remote: same, remoteId: same.id, remoteGone: false });
      pair.mapping = { ...mapping, state: 'orphaned' };
    } else if (oldest) {
      pair.question = { code: 'copy_of_deleted', localId, lostId: mapping.remoteId, record: oldest };
    } else if (mapping.state === 'orphaned') {
      pair.mapping = { ...mapping, state: 'linked' };
    }
  }
}

function wouldBeMadeAgain({ entity, settings }: SyncContext, pair: LoadedPair): boolean {
  const { mapping, local, remoteGone, question, rows } = pair;
  if (!mapping || !remoteGone || question || !local || local.deleted) return false;
  // A person asked for a new one, or took the local record back.
  if (mapping.state === 'unlinked') return settings.directions[entity] !== 'from_bitrix';
  const isAskedAgain = mapping.state === 'orphaned' && rows.some(({ reason }) => reason === 'retry');
  if (mapping.state !== 'linked' && !isAskedAgain) return false;
  return planRemoteDeleted(entity, settings).action === 'create_remote';
}

/**
 * A company carries the origin of the contract that it was made for, which may be deleted since: for the others it is looked for by the
 * origins of all that stood for it. Companies that came back from the recycle bin, by their former ids.
 */
async function findBackOfOthers(
  { db }: LoadDeps,
  context: SyncContext,
  pairs: readonly LoadedPair[],
): Promise<Map<number, RemoteRecord>> {
  const { tenantId, entity, client, options } = context;
  if (entity !== 'contract') return new Map();
  const lost = new Map(pairs.flatMap(({ mapping }) => (mapping ? [[mapping.remoteId, mapping]] : [])));
  const stood = await findStoodFor(db, { tenantId, entity, portal: client.portal }, [...lost.keys()]);
  const lostOf = new Map(stood.map(({ remoteId, localId }) => [originOf(context, localId), lost.get(remoteId)]));
  const records = lostOf.size > 0 ? await client.findByOrigin(entity, [...lostOf.keys()], options) : [];
  return new Map(
    records.flatMap((record): [number, RemoteRecord][] => {
      const mapping = lostOf.get(record.originId ?? '');
      const isBack = mapping && record.id !== mapping.remoteId && isRestored(mapping, record);
      return isBack && readOrigin(context, record).whose === 'ours' ? [[mapping.remoteId, record]] : [];
    }),
  );
}

/** Bitrix24 ids of those records that a mapping ties to a local one: they stand for it. */
async function linkedElsewhere(
  { db }: LoadDeps,
  { tenantId, entity }: SyncContext,
  records: readonly RemoteRecord[],
): Promise<Set<number>> {
  const remote = records.map(({ id }) => id);
  const mappings = await findMappings(db, tenantId, entity, { local: [], remote });
  return new Set(mappings.filter(({ state }) => state === 'linked').map(({ remoteId }) => remoteId));
}
