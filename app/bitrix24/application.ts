import type { InstallationAccess } from './access.ts';
import { callMethod } from './call.ts';
import { Bitrix24Error } from './errors.ts';
import { makeTransport } from './sdk.ts';
import type { SdkClientDeps } from './sdk-client.ts';

/** A handler as `event.get` lists it; an offline one has no address. */
export interface BoundEvent {
  /** Upper-case name. */
  event: string;
  handler: string | null;
  offline: boolean;
}

export interface BoundPlacement {
  placement: string;
  handler: string;
}

/** An entry of the portal's offline queue (api-reference/events/offline-events.md, 2026-09). */
export interface OfflineEvent {
  messageId: string;
  name: string;
  recordId: number | null;
}

export type Application = ReturnType<typeof makeApplication>;

const interactive = { interactive: true };

/** Makes what only an installed application may ask of a portal. Every method throws `Bitrix24Error`. */
export function makeApplication(access: InstallationAccess, { agent, limits, log }: Omit<SdkClientDeps, 'clock'>) {
  const transport = makeTransport({ access, agent, limits, log });
  const call = async (method: string, params: Record<string, unknown> = {}): Promise<unknown> =>
    (await callMethod(transport, limits, method, params, interactive)).result;

  return {
    /** Who the token's user is (profile.md, 2026-08); an id of 0 when the user is inactive. */
    async profile(): Promise<{ id: number; isAdmin: boolean }> {
      const profile = (await call('profile')) as { ID?: unknown; ADMIN?: unknown } | null;
      return { id: Number(profile?.ID ?? 0), isAdmin: profile?.ADMIN === true };
    },

    async events(): Promise<BoundEvent[]> {
      return listOf(await call('event.get')).map((row) => ({
        event: String(row.event).toUpperCase(),
        handler: row.handler ? String(row.handler) : null,
        offline: Number(row.offline) === 1,
      }));
    },

    /** Binds an event; false when the portal has no such event for us (event-bind.md, 2026-09). */
    bindEvent(event: string, handler: string): Promise<boolean> {
      return unlessUnknown('ERROR_EVENT_NOT_FOUND', call('event.bind', { event, handler }));
    },

    bindOffline(event: string): Promise<boolean> {
      return unlessUnknown('ERROR_EVENT_NOT_FOUND', call('event.bind', { event, event_type: 'offline' }));
    },

    async unbindEvent(event: string, handler: string): Promise<void> {
      await call('event.unbind', { event, handler });
    },

    async placements(): Promise<BoundPlacement[]> {
      return listOf(await call('placement.get')).map((row) => ({
        placement: String(row.placement).toUpperCase(),
        handler: String(row.handler),
      }));
    },

    /** Binds a placement; false when the portal has no such place under our permissions (placement-bind.md, 2026-09). */
    bindPlacement(placement: string, handler: string, titles: { ru: string; en: string }): Promise<boolean> {
      const languages = { ru: { TITLE: titles.ru }, en: { TITLE: titles.en } };
      const params = { PLACEMENT: placement, HANDLER: handler, TITLE: titles.ru, LANG_ALL: languages };
      return unlessUnknown('ERROR_PLACEMENT_NOT_FOUND', call('placement.bind', params));
    },

    async unbindPlacement(placement: string, handler: string): Promise<void> {
      await call('placement.unbind', { PLACEMENT: placement, HANDLER: handler });
    },

    /** Whether the portal's plan has a feature (feature-get.md, 2026-08). */
    async hasFeature(code: string): Promise<boolean> {
      return ((await call('feature.get', { CODE: code })) as { value?: unknown } | null)?.value === 'Y';
    },

    /** Entries that wait, the oldest first, without taking them. */
    async listOffline(start: number): Promise<OfflineEvent[]> {
      return listOf(await call('event.offline.list', { order: { ID: 'ASC' }, start })).map(toOfflineEvent);
    },

    /** Takes entries for good. */
    async takeOffline(limit: number): Promise<OfflineEvent[]> {
      const result = (await call('event.offline.get', { clear: 1, limit })) as { events?: unknown } | null;
      return listOf(result?.events).map(toOfflineEvent);
    },

    /** Reserves entries; with the id of a former reservation, gives what is left of that one. */
    async reserveOffline(
      limit: number,
      processId: string | null,
    ): Promise<{ processId: string | null; events: OfflineEvent[] }> {
      const params = { clear: 0, limit, ...(processId && { process_id: processId }) };
      const result = (await call('event.offline.get', params)) as { process_id?: unknown; events?: unknown } | null;
      return {
        processId: result?.process_id ? String(result.process_id) : null,
        events: listOf(result?.events).map(toOfflineEvent),
      };
    },

    /** Confirms a reservation. An empty id would wipe the whole queue, so it is refused here. */
    async clearOffline(processId: string): Promise<void> {
      if (!processId) throw new Error('An offline reservation without an id');
      await call('event.offline.clear', { process_id: processId });
    },
  };
}

async function unlessUnknown(code: string, bound: Promise<unknown>): Promise<boolean> {
  try {
    await bound;
    return true;
  } catch (error) {
    if (error instanceof Bitrix24Error && error.code === code) return false;
    throw error;
  }
}

function listOf(value: unknown): Record<string, unknown>[] {
  return Array.isArray(value) ? (value as Record<string, unknown>[]) : [];
}

function toOfflineEvent(row: Record<string, unknown>): OfflineEvent {
  const data = row.EVENT_DATA as { FIELDS?: { ID?: unknown } } | null | false;
  const id = Number(data ? data.FIELDS?.ID : Number.NaN);
  return {
    messageId: String(row.MESSAGE_ID ?? ''),
    name: String(row.EVENT_NAME ?? ''),
    recordId: Number.isSafeInteger(id) && id > 0 ? id : null,
  };
}
