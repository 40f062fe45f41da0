import type { Bitrix24Client, CallOptions, RemoteRecord } from '../../bitrix24/client.ts';
import type { Entity } from '../../lib/records.ts';
import { queryRows } from '../../models/database.ts';
import type { SyncDeps } from '../deps.ts';
import { localIdOf, originOf } from '../plan/origin-id.ts';
import { findMarked, type QueueRow, type SentValues } from '../queue/sync-queue.ts';
import { isMassDeletion } from './deletion-guard.ts';
import { type LocalRow, readLocal } from './local-rows.ts';
import { findMappings, type Mapping } from './mappings.ts';

/** One record pair with both sides as they are now. */
export interface LoadedPair {
  entity: Entity;
  /** Both sides were read after this moment: what happens later may not be seen. */
  readAt: Date;
  /** The queue rows that ask for this pair: the local side, the Bitrix24 side, or both. */
  rows: QueueRow[];
  localId: number | null;
  local: LocalRow | null;
  remoteId: number | null;
  remote: RemoteRecord | null;
  /** The portal itself said that the record does not exist. */
  remoteGone: boolean;
  mapping: Mapping | null;
  /** What an unanswered create sent: the shadows of a record that was found by its origin. */
  sent: SentValues | null;
  /** The Bitrix24 record was made by a create of ours that was never settled. */
  unsettled: boolean;
  /** Another live Bitrix24 record already stands for the local one. */
  duplicate: boolean;
}

export interface LoadedPairs {
  pairs: LoadedPair[];
  /** Rows of pairs whose create has no answer and is too young to be looked up. */
  waiting: { row: QueueRow; until: Date }[];
  /** Pairs whose Bitrix24 records vanished all at once: a fault is likelier than a purge. */
  vanished: LoadedPair[];
}

/** Reasons that vouch for a deletion: a person confirmed it, the portal's own event told it, or a sweep saw it among many that stayed. */
const deletionReasons: readonly string[] = ['confirmed', 'deleted', 'sweep_deleted'];

/**
 * Reads both sides of the claimed rows (all of one kind): mappings, local rows, Bitrix24 records fifty ids a command. Records that
 * the list does not show are asked for by id, because only `crm.item.get` can say that a record does not exist.
 */
export async function loadPairs(
  deps: SyncDeps,
  client: Bitrix24Client,
  tenantId: number,
  entity: Entity,
  rows: readonly QueueRow[],
  options: CallOptions,
): Promise<LoadedPairs> {
  const collection = new PairCollection(deps, client, tenantId, entity, options);
  await collection.addRows(rows);
  await collection.joinMarkedRows();
  const waiting = collection.takeWaiting();
  await collection.findUnansweredCreates();
  const vanished = await collection.readRemote();
  await collection.recogniseOwnRecords();
  await collection.readLocal();
  const doubted = new Set(vanished);
  return { pairs: collection.pairs.filter((pair) => !doubted.has(pair)), waiting, vanished };
}

class PairCollection {
  pairs: LoadedPair[] = [];
  readonly #deps: SyncDeps;
  readonly #client: Bitrix24Client;
  readonly #tenantId: number;
  readonly #entity: Entity;
  readonly #options: CallOptions;
  readonly #readAt: Date;

  constructor(deps: SyncDeps, client: Bitrix24Client, tenantId: number, entity: Entity, options: CallOptions) {
    this.#deps = deps;
    this.#client = client;
    this.#tenantId = tenantId;
    this.#entity = entity;
    this.#options = options;
    this.#readAt = deps.clock.now();
  }

  async addRows(rows: readonly QueueRow[]): Promise<void> {
    const idsOf = (side: 'local' | 'bitrix24') => rows.filter((row) => row.side === side).map((row) => row.recordId);
    const mappings = await this.#findMappings({ local: idsOf('local'), remote: idsOf('bitrix24') });
    for (const row of rows) {
      const mapping = mappings.find((found) =>
        row.side === 'local' ? found.localId === row.recordId : found.remoteId === row.recordId,
      );
      const localId = row.side === 'local' ? row.recordId : (mapping?.localId ?? null);
      const remoteId = row.side === 'bitrix24' ? row.recordId : (mapping?.remoteId ?? null);
      const known = this.pairs.find((pair) =>
        localId === null ? pair.remoteId === remoteId : pair.localId === localId,
      );
      if (known) known.rows.push(row);
      else this.pairs.push(this.#newPair([row], localId, remoteId, mapping ?? null));
    }
  }

  /** A create without an answer concerns every row of its pair, whichever was claimed: the mark is on the local side's row. */
  async joinMarkedRows(): Promise<void> {
    const open = this.pairs.filter((pair) => pair.localId !== null && pair.rows.every(({ side }) => side !== 'local'));
    const localIds = open.map((pair) => pair.localId as number);
    for (const row of await findMarked(this.#deps.db, this.#tenantId, this.#entity, localIds)) {
      open.find((pair) => pair.localId === row.recordId)?.rows.push(row);
    }
  }

  /** Takes out the pairs whose create the portal may still be working on. */
  takeWaiting(): LoadedPairs['waiting'] {
    const now = this.#deps.clock.now().getTime();
    const endOf = (pair: LoadedPair) =>
      Math.max(...pair.rows.map(({ createSentAt }) => createSentAt?.getTime() ?? 0)) +
      this.#deps.timings.uncertainWaitMs;
    const waiting = this.pairs.filter((pair) => endOf(pair) > now);
    this.pairs = this.pairs.filter((pair) => !waiting.includes(pair));
    return waiting.flatMap((pair) => pair.rows.map((row) => ({ row, until: new Date(endOf(pair)) })));
  }

  /**
   * A create whose answer was lost is looked up by its origin: found, it is adopted; not found, it was never made. A record whose
   * create failed for good is looked up too: the mark went with its queue row, the open error stayed.
   */
  async findUnansweredCreates(): Promise<void> {
    const failed = await this.#findFailedCreates();
    const unanswered = this.pairs.filter(
      (pair) => pair.rows.some((row) => row.createSentAt) || (pair.localId !== null && failed.has(pair.localId)),
    );
    if (unanswered.length === 0) return;
    const origins = unanswered.map((pair) => originOf(this.#tenantId, this.#entity, pair.localId ?? 0));
    const found = await this.#client.findByOrigin(this.#entity, origins, this.#options);
    for (const pair of unanswered) {
      const remote = found.find((record) => localIdOf(this.#tenantId, this.#entity, record) === pair.localId);
      if (!remote) continue;
      pair.remote = remote;
      pair.remoteId = remote.id;
      pair.unsettled = pair.mapping?.remoteId !== remote.id;
      pair.sent = pair.rows.find((row) => row.createValues)?.createValues ?? null;
      // The create was to replace a record that is gone: the mapping has to move to the new one.
      if (pair.mapping && pair.mapping.remoteId !== remote.id) pair.mapping = { ...pair.mapping, state: 'orphaned' };
    }
  }

  async readRemote(): Promise<LoadedPair[]> {
    const asked = this.pairs.filter((pair) => pair.remoteId !== null && pair.remote === null);
    const ids = asked.map((pair) => pair.remoteId as number);
    const records = await this.#client.read(this.#entity, ids, this.#options);
    for (const pair of asked) pair.remote = records.get(pair.remoteId as number) ?? null;

    const missing = asked.filter((pair) => pair.remote === null);
    const believed = missing.filter((pair) => pair.rows.some((row) => deletionReasons.includes(row.reason)));
    const linked = missing.filter((pair) => pair.mapping?.state === 'linked' && !believed.includes(pair));
    if (isMassDeletion(linked.length, asked.length)) return linked;
    // What was never linked has nothing to lose: a purge of foreign records costs no request.
    const toVerify = missing.filter((pair) => pair.mapping !== null || pair.localId !== null);
    const found = await this.#client.findAll(
      this.#entity,
      toVerify.map((pair) => pair.remoteId as number),
      this.#options,
    );
    for (const pair of missing) {
      pair.remote = found.get(pair.remoteId as number) ?? null;
      pair.remoteGone = pair.remote === null;
    }
    return [];
  }

  /** A record without a mapping that carries our origin: restored from the recycle bin, or a create not settled yet. */
  async recogniseOwnRecords(): Promise<void> {
    const strangers = this.pairs.filter((pair) => pair.localId === null && pair.remote !== null);
    const ours = strangers.flatMap((pair) => {
      const localId = localIdOf(this.#tenantId, this.#entity, pair.remote as RemoteRecord);
      return localId === null ? [] : [{ pair, localId }];
    });
    if (ours.length === 0) return;
    const mappings = await this.#findMappings({ local: ours.map(({ localId }) => localId), remote: [] });
    const sent = await this.#findSentValues(ours.map(({ localId }) => localId));
    const rivals = mappings.filter(({ state }) => state === 'linked').map(({ remoteId }) => remoteId);
    const living = await this.#client.findAll(this.#entity, rivals, this.#options);
    for (const { pair, localId } of ours) {
      const mapping = mappings.find((found) => found.localId === localId) ?? null;
      if (mapping && mapping.remoteId !== pair.remoteId && living.get(mapping.remoteId)) {
        pair.duplicate = true;
        continue;
      }
      pair.localId = localId;
      // The former record is gone and this one took its place: the pair has to be linked anew.
      pair.mapping = mapping && { ...mapping, state: mapping.remoteId === pair.remoteId ? mapping.state : 'orphaned' };
      pair.sent = sent.get(localId) ?? null;
      pair.unsettled = pair.sent !== null && mapping?.remoteId !== pair.remoteId;
      this.#join(pair);
    }
  }

  async readLocal(): Promise<void> {
    const ids = this.pairs.flatMap((pair) => (pair.localId === null ? [] : [pair.localId]));
    const rows = await readLocal(this.#deps.db, this.#tenantId, this.#entity, ids);
    for (const pair of this.pairs) pair.local = pair.localId === null ? null : (rows.get(pair.localId) ?? null);
  }

  /** Two pairs turned out to be one: the local half waits to be created while its Bitrix24 record is here. */
  #join(pair: LoadedPair): void {
    const other = this.pairs.find((candidate) => candidate !== pair && candidate.localId === pair.localId);
    if (!other) return;
    pair.rows.push(...other.rows);
    this.pairs = this.pairs.filter((candidate) => candidate !== other);
  }

  async #findFailedCreates(): Promise<Set<number>> {
    const ids = this.pairs.flatMap((pair) => (pair.localId === null ? [] : [pair.localId]));
    if (ids.length === 0) return new Set();
    const rows = await queryRows<{ local_id: number }>(
      this.#deps.db,
      `select local_id from integration_errors where tenant_id = $tenantId and local_type = $entity
          and local_id = any($ids) and status <> 'resolved' and operation ~ '^(create|link)_'`,
      { tenantId: this.#tenantId, entity: this.#entity, ids },
    );
    return new Set(rows.map((row) => row.local_id));
  }

  async #findSentValues(localIds: readonly number[]): Promise<Map<number, SentValues>> {
    const rows = await findMarked(this.#deps.db, this.#tenantId, this.#entity, localIds);
    return new Map(rows.flatMap((row) => (row.createValues ? [[row.recordId, row.createValues]] : [])));
  }

  #findMappings(ids: { local: readonly number[]; remote: readonly number[] }): Promise<Mapping[]> {
    return findMappings(this.#deps.db, this.#tenantId, this.#entity, ids);
  }

  #newPair(rows: QueueRow[], localId: number | null, remoteId: number | null, mapping: Mapping | null): LoadedPair {
    return {
      entity: this.#entity,
      readAt: this.#readAt,
      rows,
      localId,
      local: null,
      remoteId,
      remote: null,
      remoteGone: false,
      mapping,
      sent: null,
      unsettled: false,
      duplicate: false,
    };
  }
}
