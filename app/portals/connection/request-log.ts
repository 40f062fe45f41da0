import type { RequestNote } from '../../bitrix24/request-note.ts';
import type { Clock } from '../../lib/clock.ts';
import { isDatabaseAway } from '../../lib/database-away.ts';
import type { Log } from '../../lib/log.ts';
import { type Database, queryRows } from '../../models/database.ts';
import { type DescribedRequest, describeRequest } from './describe-request.ts';
import { makeDays } from './request-days.ts';

export interface RequestLogDeps {
  db: Database;
  clock: Clock;
  log: Log;
}

export type RequestLog = ReturnType<typeof makeRequestLog>;

interface Waiting extends DescribedRequest {
  tenantId: number;
  portal: string;
  sentAt: Date;
  /** Characters, roughly. */
  size: number;
}

/** How long entries are gathered, and how many at most, before they are written together. */
const gatherMs = 1000;
const writtenTogether = 200;
/** While PostgreSQL is away entries wait; beyond this much the oldest are let go. */
const mostWaiting = 20_000_000;
const againMs = 5000;

/**
 * Makes the log of requests to portals. Entries are gathered and written together, so that a request costs its caller a fraction of a
 * millisecond. What was gathered is lost when the process is killed, at most a second of it; a process that stops in order writes it first.
 */
export function makeRequestLog({ db, clock, log }: RequestLogDeps) {
  let waiting: Waiting[] = [];
  let size = 0;
  let dropped = 0;
  let timer: NodeJS.Timeout | null = null;
  let writing: Promise<void> | null = null;
  let daysFor = '';

  function schedule(ms: number): void {
    if (timer) return;
    timer = setTimeout(() => {
      timer = null;
      void write();
    }, ms);
    timer.unref();
  }

  function add(entry: Waiting): void {
    waiting.push(entry);
    size += entry.size;
    while (size > mostWaiting && waiting.length > 1) {
      size -= waiting.shift()?.size ?? 0;
      dropped += 1;
    }
  }

  /** Writes what was gathered, one statement after the other. */
  function write(): Promise<void> {
    writing ??= drain().finally(() => {
      writing = null;
    });
    return writing;
  }

  async function drain(): Promise<void> {
    while (waiting.length > 0) {
      const entries = waiting.splice(0, writtenTogether);
      size -= sizeOf(entries);
      try {
        await store(entries);
        if (dropped > 0)
          log.warn({ operation: 'request_log', dropped }, 'Журнал запросов неполон: база была недоступна');
        dropped = 0;
      } catch (error) {
        if (!isDatabaseAway(error)) {
          dropped += entries.length;
          log.error({ operation: 'request_log', count: entries.length, err: error }, 'Запросы не записаны в журнал');
          continue;
        }
        const later = waiting;
        waiting = [];
        size = 0;
        for (const entry of [...entries, ...later]) add(entry);
        schedule(againMs);
        return;
      }
    }
  }

  async function store(entries: readonly Waiting[]): Promise<void> {
    // A day is ready before it begins; entries that waited over midnight belong to the day before.
    const today = clock.now().toISOString().slice(0, 10);
    if (daysFor !== today) await makeDays(db, clock.now());
    daysFor = today;
    await queryRows(db, insertion, { rows: JSON.stringify(entries.map(toRow)) });
  }

  return {
    /** Takes a request of a tenant's. Never throws. */
    note(tenantId: number, note: RequestNote): void {
      try {
        const described = describeRequest(note);
        const sentAt = new Date(clock.now().getTime() - described.durationMs);
        const { request, response, records } = described;
        const entry = { ...described, tenantId, portal: note.portal, sentAt };
        add({ ...entry, size: request.length + response.length + records.length * 20 });
      } catch (error) {
        log.error({ tenant_id: tenantId, operation: 'request_log', err: error }, 'Запрос не записан в журнал');
        return;
      }
      if (waiting.length >= writtenTogether) void write();
      else schedule(gatherMs);
    },

    /** Writes what is left. Repeat-safe. */
    async stop(): Promise<void> {
      if (timer) clearTimeout(timer);
      timer = null;
      await write();
    },
  };
}

function sizeOf(entries: readonly Waiting[]): number {
  return entries.reduce((sum, entry) => sum + entry.size, 0);
}

const insertion = `
  insert into bitrix24_requests (tenant_id, sent_at, portal, method, methods, outcome, code, duration_ms, commands, records, request, response)
  select tenant_id, sent_at, portal, method, methods, outcome, code, duration_ms, commands, records, request, response
    from json_to_recordset($rows::json) as r (tenant_id integer, sent_at timestamptz, portal text, method text, methods text[],
         outcome text, code text, duration_ms integer, commands jsonb, records text[], request text, response text)`;

function toRow(entry: Waiting) {
  return {
    tenant_id: entry.tenantId,
    sent_at: entry.sentAt,
    portal: entry.portal,
    method: entry.method,
    methods: entry.methods,
    outcome: entry.outcome,
    code: entry.code,
    duration_ms: entry.durationMs,
    commands: entry.commands,
    records: entry.records.map((record) => `${entry.tenantId}:${record}`),
    request: entry.request,
    response: entry.response,
  };
}
