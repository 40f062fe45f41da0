import type { RemoteRecord } from '../../bitrix24/client.ts';
import type { LoadedPair, SyncContext } from '../pair.ts';
import { readOrigin } from '../plan/origin-id.ts';
import { type FormerMapping, findFormerMappings } from './former-mappings.ts';
import type { LoadDeps } from './load-deps.ts';

/** What was linked with these local records in this portal, by local id. */
export async function formerByLocal(
  deps: LoadDeps,
  context: SyncContext,
  localIds: readonly number[],
): Promise<Map<number, FormerMapping>> {
  const found = await findFormerMappings(deps.db, targetOf(context), { local: localIds, remote: [] });
  return new Map(found.map((former) => [former.localId, former]));
}

/**
 * Remembers with pairs that have no mapping what they were linked with in this portal. A local record looks for its former one by that
 * one's id; a Bitrix24 record finds its local one when it has been read.
 */
export async function addFormer(deps: LoadDeps, context: SyncContext, pairs: readonly LoadedPair[]): Promise<void> {
  const loose = pairs.filter((pair) => pair.mapping === null);
  const found = await findFormerMappings(deps.db, targetOf(context), {
    local: loose.flatMap(({ localId }) => localId ?? []),
    remote: loose.flatMap(({ localId, remoteId }) => (localId === null && remoteId !== null ? [remoteId] : [])),
  });
  for (const pair of loose) {
    const former = found.find(({ localId, remoteId }) =>
      pair.localId === null ? remoteId === pair.remoteId : localId === pair.localId,
    );
    if (!former) continue;
    pair.former = former;
    // What it was last equal in was erased: the rule of the first link holds.
    pair.matched = isErased(former);
    if (pair.localId !== null) pair.remoteId = former.remoteId;
  }
}

/**
 * Lets go of a former Bitrix24 record that is not the pair's any more: it is gone, it was made anew, or it was linked with another one
 * since. When it is gone and a copy of it is there, a person is asked what the copy is.
 */
export function settleFormer(
  context: SyncContext,
  pairs: readonly LoadedPair[],
  copies: ReadonlyMap<LoadedPair, RemoteRecord>,
): void {
  for (const pair of pairs) {
    const { former, remote, localId } = pair;
    if (!former || localId === null || pair.remoteId !== former.remoteId) continue;
    if (pair.readError !== null || (remote && isStillOurs(context, pair, remote))) continue;
    const copy = copies.get(pair);
    if (pair.remoteGone && copy) pair.question = { code: 'copy_of_deleted', localId, record: copy };
    Object.assign(pair, { former: null, matched: false, remote: null, remoteId: null, remoteGone: false });
  }
}

function isErased({ shadows }: FormerMapping): boolean {
  return Object.keys(shadows.local).length === 0;
}

/** Whether the record that a pair had is still the same one: its origin names no other local record. */
function isStillOurs(context: SyncContext, { former, localId }: LoadedPair, remote: RemoteRecord): boolean {
  const origin = readOrigin(context, remote);
  const madeAt = former?.remoteCreatedAt;
  if (madeAt && remote.createdAt && madeAt.getTime() !== remote.createdAt.getTime()) return false;
  return origin.whose === 'none' || origin.localId === localId;
}

function targetOf({ tenantId, entity, client }: SyncContext) {
  return { tenantId, entity, portal: client.portal };
}
