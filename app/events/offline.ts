import type { Application, OfflineEvent } from '../bitrix24/app-api.ts';
import { Bitrix24Error } from '../bitrix24/errors.ts';
import type { Database } from '../models/database.ts';
import { enqueueEvents } from '../sync/queue/enqueue-events.ts';
import { recordEventOf } from './event-names.ts';
import type { Search } from './searching.ts';

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
  /** Remembers what the portal grants from now on. */
  noteMode(tenantId: number, mode: 'none' | 'plain'): Promise<void>;
}

/** Entries of one request. */
const batchSize = 200;
/** Entries of one list (event-offline-list.md, 2026-09). */
const listSize = 50;

/**
 * Makes the emptying of a portal's offline queue: what changed while we could not be called. Entries leave the portal's queue only after
 * they are in ours, on every plan: with reservations they are confirmed; without, they are looked at first and taken away afterwards
 * (event-offline-get.md, 2026-09). What the portal refuses is tried a step lower, with reservations, without, not at all; the connection
 * has nothing to do with it, and the sweep finds what the queue would have told. Repeat-safe.
 */
export function makeOffline({ db, queueOf, noteMode }: OfflineDeps): Search {
  return (tenantId, { part, signal, log }) =>
    part(null, async () => {
      const store = (events: readonly OfflineEvent[]) => storeEvents(db, tenantId, events);
      for (let queue = await queueOf(tenantId); queue; ) {
        try {
          const total = await empty(queue, store, signal);
          const line = { tenant_id: tenantId, operation: 'offline', count: total, result: 'ok' };
          if (total > 0) log.info(line, `События из очереди портала: ${total}`);
          return;
        } catch (error) {
          if (!isRefusedMode(error)) throw error;
          const mode: 'none' | 'plain' = queue.mode === 'extended' ? 'plain' : 'none';
          const line = { tenant_id: tenantId, operation: 'offline', mode, code: error.code, result: 'error' };
          log.warn(line, `Портал не даёт прежнюю очередь событий: ${error.reason.ru}`);
          queue = mode === 'none' ? null : { ...queue, mode };
          // The portal gives reserved entries to no other caller: they are looked at once.
          if (queue) await storeReserved(queue.application, store).catch(ignoreRefusal);
          await noteMode(tenantId, mode);
        }
      }
    });
}

type Store = (events: readonly OfflineEvent[]) => Promise<void>;

/** Codes by which a portal refuses a queue, or only its reservations (event-offline-get.md, 2026-09). */
const modeCodes = new Set(['access_denied', 'error_method_not_found', 'wrong_license']);

function isRefusedMode(error: unknown): error is Bitrix24Error {
  return error instanceof Bitrix24Error && modeCodes.has(error.code.toLowerCase());
}

function ignoreRefusal(error: unknown): void {
  if (!isRefusedMode(error)) throw error;
}

async function empty({ mode, application }: OfflineQueue, store: Store, signal: AbortSignal): Promise<number> {
  const take = mode === 'extended' ? takeReserved : takePlain;
  let total = 0;
  for (let count = 1; count > 0; total += count) {
    signal.throwIfAborted();
    const shown = await application.listOffline();
    count = shown.length > 0 ? await take(application, shown, store) : 0;
  }
  return total;
}

/**
 * Works on one reservation; returns its size. One that is there already was made by a process that died, or its answer was lost: it comes
 * first, because the portal gives its entries to no other caller.
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
  const free = await findFree(application, shown);
  if (free.length === 0) return 0;
  await store(free);
  const taken = await application.takeOffline(free.length);
  await store(taken);
  return taken.length;
}

/** The first entries that no reservation of ours holds. */
async function findFree(application: Application, shown: readonly OfflineEvent[]): Promise<OfflineEvent[]> {
  for (let page = shown; ; ) {
    const free = page.filter(({ processId }) => processId === null);
    const last = page.at(-1);
    if (free.length > 0 || page.length < listSize || !last) return free;
    page = await application.listOffline(last.id);
  }
}

async function storeReserved(application: Application, store: Store): Promise<void> {
  for (let page = await application.listOffline(); ; ) {
    await store(page.filter(({ processId }) => processId !== null));
    const last = page.at(-1);
    if (page.length < listSize || !last) return;
    page = await application.listOffline(last.id);
  }
}

async function storeEvents(db: Database, tenantId: number, events: readonly OfflineEvent[]): Promise<void> {
  const notices = events.flatMap(({ name, recordId }) => {
    const about = recordEventOf(name);
    return about && recordId !== null ? [{ ...about, recordId }] : [];
  });
  await enqueueEvents(db, [tenantId], notices);
}
