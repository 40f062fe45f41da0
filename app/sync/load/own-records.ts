import type { RemoteRecord } from '../../bitrix24/client.ts';
import { queryRows } from '../../models/database.ts';
import type { LoadedPair, SyncContext } from '../pair.ts';
import { formerOriginOf, isRestored, originOf, readOrigin } from '../plan/origin-id.ts';
import { findMarked, type SentValues } from '../queue/sync-queue.ts';
import type { LoadDeps } from './load-deps.ts';
import type { LocalTarget } from './local-rows.ts';

/**
 * Asks the portal for the records of pairs that have none here: one that carries our origin is adopted instead of being made a second
 * time. Its answer was lost, its create was given up, its mapping was removed, or its portal was connected before. Fifty origins a
 * command, 2,500 a request. Returns the records that are only copies of what such a pair had. Throws `Bitrix24Error`.
 */
export async function adoptByOrigin(
  deps: LoadDeps,
  context: SyncContext,
  pairs: readonly LoadedPair[],
): Promise<Map<LoadedPair, RemoteRecord>> {
  const failed = await findFailedCreates(deps, context, idsOf(pairs));
  const isUnanswered = (pair: LoadedPair) =>
    pair.rows.some((row) => row.createSentAt) || (pair.localId !== null && failed.has(pair.localId));
  const asked = pairs.filter((pair) => pair.localId !== null && (isUnanswered(pair) || wouldBeCreated(context, pair)));
  const copies = new Map<LoadedPair, RemoteRecord>();
  if (asked.length === 0) return copies;
  const found = await findOwn(context, asked);
  for (const pair of asked) {
    // A contract that left its former client's company does not go back to it.
    const left = pair.local?.standing?.leaves ? pair.mapping?.remoteId : undefined;
    const records = (found.get(pair.localId ?? 0) ?? []).filter(({ id }) => id !== left);
    // The oldest comes first, and it alone is adopted.
    const [oldest] = records;
    const remote = knownAmong(pair, records) ?? (pair.former && !isUnanswered(pair) ? undefined : oldest);
    if (!remote) {
      if (oldest) copies.set(pair, oldest);
      continue;
    }
    pair.remote = remote;
    pair.remoteId = remote.id;
    const known = pair.mapping ?? pair.former;
    // A record that people took back was not made by the create: what it was when the pair was last equal holds, not what the create sent.
    const isKnown = known !== null && (known.remoteId === remote.id || isRestored(known, remote));
    pair.unsettled = isUnanswered(pair) && !isKnown;
    pair.sent = isKnown ? null : (pair.rows.find((row) => row.createValues)?.createValues ?? null);
    // The create was to replace a record that is gone: the mapping has to move to the new one.
    if (pair.mapping && pair.mapping.remoteId !== remote.id) pair.mapping = { ...pair.mapping, state: 'orphaned' };
  }
  return copies;
}

/** The record that the pair was linked with before, or that record back from the recycle bin. */
function knownAmong({ former }: LoadedPair, records: readonly RemoteRecord[]): RemoteRecord | undefined {
  if (!former) return undefined;
  return records.find(({ id }) => id === former.remoteId) ?? records.find((record) => isRestored(former, record));
}

/** The portal's records of these pairs by local id, oldest first. The former form of an origin is asked for where a mark of ours names the record. */
export async function findOwn(
  context: SyncContext,
  pairs: readonly LoadedPair[],
): Promise<Map<number, RemoteRecord[]>> {
  const { entity, client, options } = context;
  const byOrigin = new Map<string, LoadedPair>();
  for (const pair of pairs) {
    const localId = pair.localId ?? 0;
    byOrigin.set(originOf(context, localId), pair);
    const former = formerOriginOf(context, localId);
    if (pair.former || pair.rows.some((row) => row.createValues?.originId === former)) byOrigin.set(former, pair);
  }
  const found = new Map<number, RemoteRecord[]>();
  for (const record of await client.findByOrigin(entity, [...byOrigin.keys()], options)) {
    const pair = byOrigin.get(record.originId ?? '');
    if (!pair || !vouchesFor(context, pair, record)) continue;
    found.set(pair.localId ?? 0, [...(found.get(pair.localId ?? 0) ?? []), record]);
  }
  return found;
}

/** An origin in the former form may be another database's: only what we remember of the very record makes it ours. */
function vouchesFor(context: SyncContext, pair: LoadedPair, record: RemoteRecord): boolean {
  const origin = readOrigin(context, record);
  if (origin.whose !== 'ours' || !origin.former) return origin.whose === 'ours';
  return (
    knownAmong(pair, [record]) !== undefined || pair.rows.some((row) => row.createValues?.originId === record.originId)
  );
}

/** A local record that no mapping ties to a Bitrix24 record, and whose kind is written there. */
function wouldBeCreated({ settings, entity }: SyncContext, { local, mapping }: LoadedPair): boolean {
  return mapping === null && local !== null && !local.deleted && settings.directions[entity] !== 'from_bitrix';
}

function idsOf(pairs: readonly LoadedPair[]): number[] {
  return pairs.flatMap(({ localId }) => localId ?? []);
}

/** A create that failed for good lost its mark with its queue row; the open error stayed. */
export async function findFailedCreates(
  deps: LoadDeps,
  { tenantId, entity }: LocalTarget,
  ids: readonly number[],
): Promise<Set<number>> {
  if (ids.length === 0) return new Set();
  const rows = await queryRows<{ local_id: number }>(
    deps.db,
    `select local_id from integration_errors where tenant_id = $tenantId and local_type = $entity
        and local_id = any($ids) and status <> 'resolved' and operation ~ '^(create|link)_'`,
    { tenantId, entity, ids },
  );
  return new Set(rows.map((row) => row.local_id));
}

/** What the creates without an answer sent, by local id. */
export async function findSentValues(
  deps: LoadDeps,
  { tenantId, entity }: LocalTarget,
  localIds: readonly number[],
): Promise<Map<number, SentValues>> {
  const rows = await findMarked(deps.db, tenantId, entity, localIds);
  return new Map(rows.flatMap((row) => (row.createValues ? [[row.recordId, row.createValues]] : [])));
}
