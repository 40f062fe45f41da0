import type { Application, OfflineEvent } from '../bitrix24/application.ts';
import type { Log } from '../lib/log.ts';
import type { Database } from '../models/database.ts';
import { enqueue, priorities } from '../sync/queue.ts';
import { recordEventOf } from './catalogue.ts';

/** A portal's offline queue as it is known here. */
export interface OfflineQueue {
  id: number;
  /** With reservations, or without. */
  mode: 'plain' | 'extended';
  /** A reservation whose entries may not have been stored. */
  processId: string | null;
  application: Application;
}

export interface OfflineDeps {
  db: Database;
  /** The tenant's queue; null when its portal keeps none for us. */
  queueOf(tenantId: number): Promise<OfflineQueue | null>;
  /** Remembers a reservation, or null when it was confirmed. */
  noteProcess(id: number, processId: string | null): Promise<void>;
}

/** Entries of one request. */
const batchSize = 200;
/** Entries that `event.offline.list` shows at once. */
const listSize = 50;

/**
 * Makes the emptying of a portal's offline queue: what changed while we could not be called. Entries leave the portal's queue only after
 * they are in ours, on every plan: with reservations they are confirmed; without, they are looked at first and taken away afterwards
 * (event-offline-get.md, 2026-09). Repeat-safe; throws `Bitrix24Error`.
 */
export function makeOffline({ db, queueOf, noteProcess }: OfflineDeps) {
  return async (tenantId: number, { signal, log }: { signal: AbortSignal; log: Log }): Promise<void> => {
    const queue = await queueOf(tenantId);
    if (!queue) return;
    const store = (events: readonly OfflineEvent[]) => storeEvents(db, tenantId, events);
    const total =
      queue.mode === 'extended' ? await drainReserved(queue, store, signal) : await drainPlain(queue, store, signal);
    if (total > 0) {
      log.info(
        { tenant_id: tenantId, operation: 'offline', count: total, result: 'ok' },
        `События из очереди портала: ${total}`,
      );
    }
  };

  async function drainReserved(
    { id, processId, application }: OfflineQueue,
    store: Store,
    signal: AbortSignal,
  ): Promise<number> {
    let total = 0;
    let reserved = processId;
    for (;;) {
      signal.throwIfAborted();
      const batch = await application.reserveOffline(batchSize, reserved);
      const process = batch.processId ?? reserved;
      if (process === null || batch.events.length === 0) {
        // What was reserved earlier has been stored and confirmed, or has expired.
        if (reserved === null) return total;
        await noteProcess(id, null);
        reserved = null;
        continue;
      }
      await noteProcess(id, process);
      await store(batch.events);
      await application.clearOffline(process);
      await noteProcess(id, null);
      reserved = null;
      total += batch.events.length;
    }
  }
}

type Store = (events: readonly OfflineEvent[]) => Promise<void>;

async function drainPlain({ application }: OfflineQueue, store: Store, signal: AbortSignal): Promise<number> {
  let total = 0;
  for (;;) {
    signal.throwIfAborted();
    const shown = await application.listOffline(0);
    if (shown.length === 0) return total;
    await store(shown);
    // Taking may give entries that came since: they are stored too.
    const taken = await application.takeOffline(listSize);
    await store(taken);
    // What is shown but cannot be taken belongs to somebody else.
    if (taken.length === 0) return total;
    total += taken.length;
  }
}

async function storeEvents(db: Database, tenantId: number, events: readonly OfflineEvent[]): Promise<void> {
  const requests = events.flatMap(({ name, recordId }) => {
    const about = recordEventOf(name);
    if (!about || recordId === null) return [];
    const reason = about.deleted ? 'deleted' : 'event';
    return [
      { tenantId, entity: about.entity, side: 'bitrix24' as const, recordId, reason, priority: priorities.event },
    ];
  });
  await enqueue(db, requests);
}
