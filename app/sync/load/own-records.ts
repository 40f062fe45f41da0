import type { RemoteRecord } from '../../bitrix24/client.ts';
import { queryRows } from '../../models/database.ts';
import type { LoadedPair, SyncContext } from '../pair.ts';
import { localIdOf, originOf } from '../plan/origin-id.ts';
import { findMarked, type SentValues } from '../queue/sync-queue.ts';
import type { LoadDeps } from './load-deps.ts';
import type { LocalTarget } from './local-rows.ts';
import { findMappings } from './mappings.ts';
import { readRemote } from './read-remote.ts';

/**
 * Asks the portal for the records of pairs that have none here: one that carries our origin is adopted instead of being made a second
 * time. Its answer was lost, its create was given up, its mapping was removed, or its portal was connected before. Fifty origins a
 * command, 2,500 a request. Throws `Bitrix24Error`.
 */
export async function adoptByOrigin(deps: LoadDeps, context: SyncContext, pairs: readonly LoadedPair[]): Promise<void> {
  const failed = await findFailedCreates(deps, context, pairs);
  const isUnanswered = (pair: LoadedPair) =>
    pair.rows.some((row) => row.createSentAt) || (pair.localId !== null && failed.has(pair.localId));
  const asked = pairs.filter((pair) => pair.localId !== null && (isUnanswered(pair) || wouldBeCreated(context, pair)));
  if (asked.length === 0) return;
  const { tenantId, entity, client, options } = context;
  const origins = asked.map((pair) => originOf(tenantId, entity, pair.localId ?? 0));
  const found = new Map<number, RemoteRecord>();
  for (const record of await client.findByOrigin(entity, origins, options)) {
    const localId = localIdOf(tenantId, entity, record);
    // The oldest comes first, and it alone is adopted.
    if (localId !== null && !found.has(localId)) found.set(localId, record);
  }
  for (const pair of asked) {
    const remote = found.get(pair.localId ?? 0);
    if (!remote) continue;
    pair.remote = remote;
    pair.remoteId = remote.id;
    pair.unsettled = isUnanswered(pair) && pair.mapping?.remoteId !== remote.id;
    pair.sent = pair.rows.find((row) => row.createValues)?.createValues ?? null;
    // The create was to replace a record that is gone: the mapping has to move to the new one.
    if (pair.mapping && pair.mapping.remoteId !== remote.id) pair.mapping = { ...pair.mapping, state: 'orphaned' };
  }
}

/** A local record that no mapping ties to a Bitrix24 record, and whose kind is written there. */
function wouldBeCreated({ settings, entity }: SyncContext, { local, mapping }: LoadedPair): boolean {
  return mapping === null && local !== null && !local.deleted && settings.directions[entity] !== 'from_bitrix';
}

/** A create that failed for good lost its mark with its queue row; the open error stayed. */
async function findFailedCreates(
  deps: LoadDeps,
  { tenantId, entity }: LocalTarget,
  pairs: readonly LoadedPair[],
): Promise<Set<number>> {
  const ids = pairs.flatMap((pair) => (pair.localId === null ? [] : [pair.localId]));
  if (ids.length === 0) return new Set();
  const rows = await queryRows<{ local_id: number }>(
    deps.db,
    `select local_id from integration_errors where tenant_id = $tenantId and local_type = $entity
        and local_id = any($ids) and status <> 'resolved' and operation ~ '^(create|link)_'`,
    { tenantId, entity, ids },
  );
  return new Set(rows.map((row) => row.local_id));
}

/**
 * A record without a mapping that carries our origin: restored from the recycle bin, or a create that was not committed yet. It joins
 * the pair of its local record, unless another living record stands for that one already.
 */
export async function recogniseOwnRecords(
  deps: LoadDeps,
  context: SyncContext,
  pairs: readonly LoadedPair[],
): Promise<LoadedPair[]> {
  const { tenantId, entity } = context;
  const ours = pairs.flatMap((pair) => {
    const localId = pair.localId === null && pair.remote ? localIdOf(tenantId, entity, pair.remote) : null;
    return localId === null ? [] : [{ pair, localId }];
  });
  if (ours.length === 0) return [...pairs];
  const localIds = ours.map(({ localId }) => localId);
  const mappings = await findMappings(deps.db, tenantId, entity, { local: localIds, remote: [] });
  const byLocal = new Map(mappings.map((mapping) => [mapping.localId, mapping]));
  const sent = await findSentValues(deps, context, localIds);
  const rivals = mappings.filter(({ state }) => state === 'linked').map(({ remoteId }) => remoteId);
  const living = await readRemote(context, rivals);
  const left = new Set(pairs);
  for (const { pair, localId } of ours) {
    const mapping = byLocal.get(localId) ?? null;
    const rival = mapping && mapping.remoteId !== pair.remoteId ? living.get(mapping.remoteId) : undefined;
    // A rival that cannot be read is not known to be gone.
    if (rival?.state === 'present' || rival?.state === 'failed') {
      pair.duplicate = true;
      continue;
    }
    pair.localId = localId;
    // The former record is gone and this one took its place: the pair has to be linked anew.
    pair.mapping = mapping && { ...mapping, state: mapping.remoteId === pair.remoteId ? mapping.state : 'orphaned' };
    pair.sent = sent.get(localId) ?? null;
    pair.unsettled = pair.sent !== null && mapping?.remoteId !== pair.remoteId;
    joinHalves(pair, left);
  }
  return [...left];
}

/** Two pairs turned out to be one: the local half waits to be created while its Bitrix24 record is here. */
function joinHalves(pair: LoadedPair, left: Set<LoadedPair>): void {
  for (const other of left) {
    if (other === pair || other.localId !== pair.localId) continue;
    pair.rows.push(...other.rows);
    left.delete(other);
  }
}

async function findSentValues(
  deps: LoadDeps,
  { tenantId, entity }: LocalTarget,
  localIds: readonly number[],
): Promise<Map<number, SentValues>> {
  const rows = await findMarked(deps.db, tenantId, entity, localIds);
  return new Map(rows.flatMap((row) => (row.createValues ? [[row.recordId, row.createValues]] : [])));
}
