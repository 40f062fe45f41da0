import { randomBytes } from 'node:crypto';
import { appOf } from './app-methods.ts';
import type { AppRecord } from './apps.ts';
import { connectorOf, wrongLicense } from './event-methods.ts';
import { paramOf } from './handler-url.ts';
import { readOfflineQuery } from './offline-filter.ts';
import type { OfflineRow } from './offline-queue.ts';
import type { PortalState } from './portal-state.ts';
import type { PortalSwitches } from './switches.ts';
import { type CallContext, type Caller, type MethodAnswer, type MethodTable, RestError } from './types.ts';
import { toWireTime } from './wire-time.ts';

type Params = Record<string, unknown>;

const pageSize = 50;

/** Fetching what an application missed: `event.offline.*` (api-reference/events/event-offline-get.md and siblings, 2026-09). */
export function makeOfflineMethods(state: PortalState, switches: PortalSwitches): MethodTable {
  const method = (write: boolean, run: (app: AppRecord, params: Params) => MethodAnswer) => ({
    appOnly: true,
    write,
    run(params: Params, { caller }: CallContext) {
      checkAdmin(caller);
      return run(appOf(caller), params);
    },
  });

  function get(app: AppRecord, params: Params): MethodAnswer {
    const connector = connectorOf(params, state);
    const clears = ![0, '0', false, 'false', 'N'].includes(paramOf(params, 'clear') as never);
    if (!clears && !state.plan.offlineExtended) throw wrongLicense('extended offline events handling');
    const processId = String(paramOf(params, 'process_id') ?? '');
    const wantsErrors = [1, '1', true].includes(paramOf(params, 'error') as never);
    const { fits, sort } = readOfflineQuery(params, 'get');
    const limit = limitOf(params);
    const mine = app.offline.filter((row) => row.connector === connector && row.processId === processId);
    const rows = sort(mine.filter((row) => row.isError === wantsErrors && fits(row))).slice(0, limit);
    const events = rows.map((row) => toWire(row));
    if (clears) {
      // A whole batch goes, whatever the limit says.
      const gone = new Set(processId === '' ? rows : mine);
      app.offline = app.offline.filter((row) => !gone.has(row));
      return { result: { process_id: processId || null, events } };
    }
    const reserved = processId || (rows.length > 0 ? randomBytes(16).toString('hex') : null);
    for (const row of rows) Object.assign(row, { processId: reserved, isError: false });
    return { result: { process_id: reserved, events } };
  }

  function list(app: AppRecord, params: Params): MethodAnswer {
    const connector = connectorOf(params, state);
    const { fits, sort } = readOfflineQuery(params, 'list');
    const found = sort(app.offline.filter((row) => row.connector === connector && fits(row)));
    const start = Math.max(0, Number(paramOf(params, 'start') ?? 0));
    const next = start + pageSize;
    const result = found.slice(start, next).map((row) => ({
      ...toWire(row),
      PROCESS_ID: row.processId,
      ERROR: row.isError ? '1' : '0',
    }));
    return { result, total: found.length, ...(next < found.length && { next }) };
  }

  function clear(app: AppRecord, params: Params): MethodAnswer {
    const connector = connectorOf(params, state);
    const processId = processIdOf(params);
    const ids = numbersOf(paramOf(params, 'id'));
    const messageIds = messagesOf(paramOf(params, 'message_id'));
    app.offline = app.offline.filter((row) => {
      if (row.connector !== connector || row.processId !== processId) return true;
      // Of the two lists that of the messages wins.
      if (messageIds) return !messageIds.includes(row.messageId);
      return ids ? !ids.includes(row.id) : false;
    });
    return { result: true };
  }

  function markErrors(app: AppRecord, params: Params): MethodAnswer {
    const connector = connectorOf(params, state);
    const processId = processIdOf(params);
    const messageIds = messagesOf(paramOf(params, 'message_id')) ?? [];
    const isMeant = (row: OfflineRow) => row.connector === connector && messageIds.includes(row.messageId);
    const marked = app.offline.filter((row) => isMeant(row) && row.processId === processId);
    // Side effect of the real method: what waits under the same key is deleted.
    app.offline = app.offline.filter((row) => !isMeant(row) || marked.includes(row) || row.processId !== '');
    for (const row of marked) Object.assign(row, { isError: true, processId: '' });
    return { result: true };
  }

  function toWire(row: OfflineRow) {
    return {
      ID: String(row.id),
      TIMESTAMP_X: toWireTime(row.at, switches.offsetMinutes),
      EVENT_NAME: row.event,
      EVENT_DATA: row.data ?? false,
      EVENT_ADDITIONAL: { user_id: row.userId === 0 ? 0 : String(row.userId) },
      MESSAGE_ID: row.messageId,
    };
  }

  return {
    'event.offline.get': method(true, get),
    'event.offline.list': method(false, list),
    'event.offline.clear': method(true, clear),
    'event.offline.error': method(true, markErrors),
  };
}

function checkAdmin({ isAdmin }: Caller): void {
  if (!isAdmin) throw new RestError(403, 'ACCESS_DENIED', 'Access denied!');
}

function limitOf(params: Params): number {
  const limit = Number(paramOf(params, 'limit') ?? pageSize);
  if (Number.isInteger(limit) && limit > 0) return limit;
  throw new RestError(400, 'ERROR_ARGUMENT', 'Value must be positive integer', { argument: 'LIMIT' });
}

// An empty text is a value: it means the rows that are not reserved.
function processIdOf(params: Params): string {
  const value = paramOf(params, 'process_id');
  if (value !== undefined && value !== null) return String(value);
  throw new RestError(400, 'ERROR_ARGUMENT', "Argument 'PROCESS_ID' is null or empty", { argument: 'PROCESS_ID' });
}

function numbersOf(value: unknown): number[] | null {
  if (value === undefined || value === null) return null;
  if (Array.isArray(value) && value.every((item) => Number.isInteger(Number(item)))) return value.map(Number);
  throw new RestError(400, 'ERROR_ARGUMENT', 'Value must be array of integers', { argument: 'ID' });
}

function messagesOf(value: unknown): string[] | null {
  if (value === undefined || value === null) return null;
  if (Array.isArray(value)) return value.map(String);
  throw new RestError(400, 'ERROR_ARGUMENT', 'Value must be array of MESSAGE_ID values', { argument: 'MESSAGE_ID' });
}
