import { zip } from '../lib/zip.ts';
import type { InstallationAccess } from './access.ts';
import { type Command, sendBatch } from './batch.ts';
import { callMethod } from './call-method.ts';
import { Bitrix24Error } from './errors.ts';
import { chunks } from './read-commands.ts';
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
  id: number;
  name: string;
  recordId: number | null;
  /** Reservation that it belongs to; only lists tell. */
  processId: string | null;
}

export type Application = ReturnType<typeof makeAppApi>;

const interactive = { urgency: 'interactive' } as const;

/** Makes what only an installed application may ask of a portal. Every method throws `Bitrix24Error`. */
export function makeAppApi(
  access: InstallationAccess,
  { agent, limits, log, noteRequest }: Omit<SdkClientDeps, 'clock'>,
) {
  const transport = makeTransport({ access, agent, limits, log, noteRequest });
  const call = async (method: string, params: Record<string, unknown> = {}): Promise<unknown> =>
    (await callMethod({ transport, limits }, method, params, interactive)).result;

  /**
   * Runs changes in as few requests as they fit; returns the failures but those of the code that may be passed over. Batches of these
   * methods are usual in installations (js_library/rest/callBatch); where a portal refuses them, they are called one by one.
   */
  async function runAll(commands: readonly Command[], passedOver?: string): Promise<Bitrix24Error[]> {
    const failures: Bitrix24Error[] = [];
    for (const group of chunks(commands, 50)) {
      const { outcomes } = await sendBatch(transport, limits, group, { ...interactive, writes: true });
      for (const [command, outcome] of zip(group, outcomes)) {
        if (outcome.ok) continue;
        const error = outcome.error.code === 'ERROR_BATCH_METHOD_NOT_ALLOWED' ? await runOne(command) : outcome.error;
        if (error && error.code !== passedOver) failures.push(error);
      }
    }
    return failures;
  }

  async function runOne({ method, params }: Command): Promise<Bitrix24Error | null> {
    try {
      await call(method, params);
      return null;
    } catch (error) {
      if (error instanceof Bitrix24Error) return error;
      throw error;
    }
  }

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

    /** Binds online events (event-bind.md, 2026-09); returns what failed. Events that the portal does not have are passed over. */
    bindEvents(bindings: readonly { name: string; handler: string }[]): Promise<Bitrix24Error[]> {
      const commands = bindings.map(({ name, handler }) => ({
        method: 'event.bind',
        params: { event: name, handler },
      }));
      return runAll(commands, 'ERROR_EVENT_NOT_FOUND');
    },

    bindOffline(names: readonly string[]): Promise<Bitrix24Error[]> {
      const commands = names.map((event) => ({ method: 'event.bind', params: { event, event_type: 'offline' } }));
      return runAll(commands, 'ERROR_EVENT_NOT_FOUND');
    },

    unbindEvents(bindings: readonly { name: string; handler: string }[]): Promise<Bitrix24Error[]> {
      return runAll(
        bindings.map(({ name, handler }) => ({ method: 'event.unbind', params: { event: name, handler } })),
      );
    },

    async placements(): Promise<BoundPlacement[]> {
      return listOf(await call('placement.get')).map((row) => ({
        placement: String(row.placement).toUpperCase(),
        handler: String(row.handler),
      }));
    },

    /** Binds placements (placement-bind.md, 2026-09); returns what failed. Places that the portal does not have are passed over. */
    bindPlacements(
      bindings: readonly { name: string; handler: string }[],
      titles: { ru: string; en: string },
    ): Promise<Bitrix24Error[]> {
      const LANG_ALL = { ru: { TITLE: titles.ru }, en: { TITLE: titles.en } };
      const commands = bindings.map(({ name, handler }) => ({
        method: 'placement.bind',
        params: { PLACEMENT: name, HANDLER: handler, TITLE: titles.ru, LANG_ALL },
      }));
      return runAll(commands, 'ERROR_PLACEMENT_NOT_FOUND');
    },

    unbindPlacements(bindings: readonly { name: string; handler: string }[]): Promise<Bitrix24Error[]> {
      return runAll(
        bindings.map(({ name, handler }) => ({
          method: 'placement.unbind',
          params: { PLACEMENT: name, HANDLER: handler },
        })),
      );
    },

    /** Whether the portal's plan has a feature (feature-get.md, 2026-08). */
    async hasFeature(code: string): Promise<boolean> {
      return ((await call('feature.get', { CODE: code })) as { value?: unknown } | null)?.value === 'Y';
    },

    /** The first fifty entries behind `afterId` that wait, the oldest first, reserved ones included, without taking them. */
    async listOffline(afterId = 0): Promise<OfflineEvent[]> {
      const filter = afterId > 0 ? { filter: { '>ID': afterId } } : {};
      return listOf(await call('event.offline.list', { ...filter, order: { ID: 'ASC' }, start: 0 })).map(
        toOfflineEvent,
      );
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
        processId: result?.process_id ? String(result.process_id) : processId,
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

function listOf(value: unknown): Record<string, unknown>[] {
  return Array.isArray(value) ? (value as Record<string, unknown>[]) : [];
}

function toOfflineEvent(row: Record<string, unknown>): OfflineEvent {
  const data = row.EVENT_DATA as { FIELDS?: { ID?: unknown } } | null | false;
  const id = Number(data ? data.FIELDS?.ID : Number.NaN);
  return {
    id: Number(row.ID),
    name: String(row.EVENT_NAME ?? ''),
    recordId: Number.isSafeInteger(id) && id > 0 ? id : null,
    processId: row.PROCESS_ID ? String(row.PROCESS_ID) : null,
  };
}
