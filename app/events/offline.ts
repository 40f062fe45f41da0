import type { Application, OfflineEvent } from '../bitrix24/app-api.ts';
import type { Log } from '../lib/log.ts';
import type { Database } from '../models/database.ts';
import { enqueue, priorities } from '../sync/queue/sync-queue.ts';
import { recordEventOf } from './event-names.ts';

/** A portal's offline queue as it is known here. */
export interface OfflineQueue {
  /** With reservations, or without. */
  mode: 'plain' | 'extended';
  application: Application;
}

export interface OfflineDeps {
  db: Database;
  /** The tenant's queue; null when its portal keeps none for us. */
  queueOf(tenantId: number): Promise<OfflineQueue | null>;
}

/** Entries of one request. */
const batchSize = 200;
/**
 * Makes the emptying of a portal's offline queue: what changed while we could not be called. Entries leave the portal's queue only after
 * they are in ours, on every plan: with reservations they are confirmed; without, they are looked at first and taken away afterwards
 * (event-offline-get.md, 2026-09). Repeat-safe; throws `Bitrix24Error`.
 */
export function makeOffline({ db, queueOf }: OfflineDeps) {
  return async (tenantId: number, { signal, log }: { signal: AbortSignal; log: Log }): Promise<void> => {
    const queue = await queueOf(tenantId);
    if (!queue) return;
    const take = queue.mode === 'extended' ? takeReserved : takePlain;
    const store = (events: readonly OfflineEvent[]) => storeEvents(db, tenantId, events);
    let total = 0;
    for (let count = 1; count > 0; total += count) {
      signal.throwIfAborted();
      const shown = await queue.application.listOffline();
      count = shown.length > 0 ? await take(queue.application, shown, store) : 0;
    }
    if (total === 0) return;
    const line = { tenant_id: tenantId, operation: 'offline', count: total, result: 'ok' };
    log.info(line, `События из очереди портала: ${total}`);
  };
}

type Store = (events: readonly OfflineEvent[]) => Promise<void>;

/**
 * Works on one reservation; returns its size. One that is there already was made by a process that died, or its answer was lost: it comes
 * first, because the portal gives its entries to nobody else.
 */
async function takeReserved(application: Application, shown: readonly OfflineEvent[], store: Store): Promise<number> {
  const left = shown.find(({ processId }) => processId !== null)?.processId ?? null;
  const { processId, events } = await application.reserveOffline(batchSize, left);
  if (processId === null || events.length === 0) return 0;
  await store(events);
  await application.clearOffline(processId);
  return events.length;
}

/** Stores what is shown, then takes it away; what came in between is taken too, and stored. */
async function takePlain(application: Application, shown: readonly OfflineEvent[], store: Store): Promise<number> {
  await store(shown);
  const taken = await application.takeOffline(shown.length);
  await store(taken);
  return taken.length;
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
