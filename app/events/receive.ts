import { z } from 'zod';
import type { Clock } from '../lib/clock.ts';
import { AppError, invalidRequest } from '../lib/errors.ts';
import type { Log } from '../lib/log.ts';
import type { Entity } from '../lib/records.ts';
import { type Database, queryRows } from '../models/database.ts';
import { retryingTransaction } from '../models/retrying-transaction.ts';
import { enqueueEvents } from '../sync/queue/enqueue-events.ts';
import { enqueueLinked } from '../sync/queue/enqueue-linked.ts';
import { distrustField } from '../sync/schema/distrust-field.ts';
import { fieldEventOf, recordEventOf, taskEventOf } from './event-names.ts';
import { makeGatherNotices } from './gather-notices.ts';

/** Who sends an event: an installed application, or a portal's outgoing webhook. */
interface Sender<Installation> {
  /** Companies whose records the event may speak of. */
  tenants: readonly number[];
  installation: Installation | null;
}

export interface ReceiveDeps<Installation> {
  db: Database;
  /** Proves the sender by its token; null when the token proves no sender. */
  identify(
    call: { event: string; auth: Record<string, unknown>; address: string },
    token: string,
  ): Promise<Sender<Installation> | null>;
  /** An application was installed and proves itself by its access token alone. Throws AppError when it does not. */
  installByEvent(auth: unknown, address: string): Promise<void>;
  /** Counts an event that nothing proves. Throws AppError 429 when its address sends too many of them. */
  noteRefused(address: string): Promise<void>;
  /** An event of a proved application that speaks of the application itself. */
  handleAppEvent(event: string, installation: Installation, data: unknown): Promise<void>;
  /** The portal's fields are others now: every process forgets the lists that it has read. */
  forgetFields(tenantId: number): Promise<void>;
  /** A task of the portal changed: the companies that know it look at it. */
  noteTask(tenantIds: readonly number[], taskId: number): Promise<void>;
  /** An event came that an application had sent to itself. */
  noteTrial(tenantIds: readonly number[], nonce: string): Promise<void>;
  clock: Clock;
  log: Log;
  /** Counts what came, for the metrics. */
  count(result: 'stored' | 'ignored' | 'refused' | 'malformed'): void;
}

const envelope = z.object({
  event: z.string().min(1).max(100),
  auth: z.looseObject({ application_token: z.string().min(1).max(500) }),
  data: z.unknown(),
});

// An id arrives as a string of digits (api-reference/events/index.md, 2026-08).
const recordData = z.object({ FIELDS: z.object({ ID: z.coerce.number().int().positive().max(2_147_483_647) }) });

// The field's code (api-reference/crm/deals/user-defined-fields/events/index.md, 2026-07).
const fieldData = z.object({ FIELDS: z.object({ FIELD_NAME: z.string().min(1).max(100) }) });

// What `event.test` was given comes back (api-reference/events/test-handler.md, 2026-08-07).
const trialData = z.object({ QUERY: z.object({ nonce: z.string().min(1).max(100) }) });

/**
 * Makes the intake of events: proves who calls, then stores which record may differ, before anything is answered. The event's own
 * values are never used: the worker reads the record anew, so doubled, late and reordered events do no harm; tokens in events belong to
 * the user who acted, and robots' events have none.
 * Throws AppError `event_refused` (403), `too_many_requests` (429) or `invalid_request` (400); then nothing is stored.
 */
export function makeReceive<Installation>(deps: ReceiveDeps<Installation>) {
  const { db, log, count } = deps;
  const noteLastEvent = makeNote(db, deps.clock);
  const storeNotice = makeGatherNotices((tenantIds, notices) => enqueueEvents(db, tenantIds, notices));

  async function receive(form: unknown, address: string): Promise<'stored' | 'ignored'> {
    const parsed = envelope.safeParse(form);
    if (!parsed.success) throw malformed('event, auth[application_token]');
    const { auth, data } = parsed.data;
    const event = parsed.data.event.toUpperCase();
    const sender = await deps.identify({ event, auth, address }, auth.application_token);
    if (!sender && event === 'ONAPPINSTALL') {
      await deps.installByEvent(auth, address);
      return 'stored';
    }
    if (!sender) {
      // Counted after the proof: a flood of forged events from an address that portals share costs no proved one.
      await deps.noteRefused(address);
      throw refused();
    }
    if (event === 'ONAPPTEST') return noteTrial(data, sender.tenants);
    const task = taskEventOf(event, data);
    if (task) {
      await deps.noteTask(sender.tenants, task.taskId);
      return sender.tenants.length > 0 ? 'stored' : 'ignored';
    }
    const about = recordEventOf(event);
    await noteFields(event, data, sender.tenants);
    if (!about) {
      if (sender.installation) await deps.handleAppEvent(event, sender.installation, data);
      return sender.installation ? 'stored' : 'ignored';
    }
    const record = recordData.safeParse(data);
    if (!record.success) throw malformed('data[FIELDS][ID]');
    const recordId = record.data.FIELDS.ID;
    const { tenants } = sender;
    if (tenants.length === 0) return 'ignored';
    await storeNotice(tenants, { ...about, recordId });
    await noteLastEvent(tenants);
    log.debug({ tenants, operation: 'event', event, bitrix24_id: recordId, result: 'ok' }, 'Событие Битрикс24 принято');
    return 'stored';
  }

  /** Nothing more follows from it. */
  async function noteTrial(data: unknown, tenants: readonly number[]): Promise<'stored' | 'ignored'> {
    const trial = trialData.safeParse(data);
    if (!trial.success || tenants.length === 0) return 'ignored';
    await deps.noteTrial(tenants, trial.data.QUERY.nonce);
    return 'stored';
  }

  /** What the event says of user fields, before the lists of fields are read anew: that look decides. */
  async function noteFields(event: string, data: unknown, tenants: readonly number[]): Promise<void> {
    const about = fieldEventOf(event);
    if (!about) return;
    const { entity, isOther } = about;
    const named = fieldData.safeParse(data);
    const field = isOther && named.success ? named.data.FIELDS.FIELD_NAME.toUpperCase() : null;
    for (const tenantId of tenants) {
      const isNeeded = field !== null && (await distrustField(db, tenantId, { entity, field }));
      await deps.forgetFields(tenantId);
      // The list is read before any of them is looked at.
      if (isNeeded) await enqueueFieldBack(tenantId, entity);
    }
  }

  async function enqueueFieldBack(tenantId: number, entity: Entity): Promise<void> {
    await retryingTransaction(db, (transaction) =>
      enqueueLinked(db, tenantId, { reason: 'field_back', entities: [entity] }, transaction),
    );
  }

  return async (form: unknown, address: string): Promise<'stored' | 'ignored'> => {
    try {
      const result = await receive(form, address);
      count(result);
      return result;
    } catch (error) {
      if (error instanceof AppError) count(error.status === 400 ? 'malformed' : 'refused');
      throw error;
    }
  };
}

/** Once a second is exact enough for people, and a storm of events does not wait in line for one row. */
const noteEveryMs = 1000;

function makeNote(db: Database, clock: Clock) {
  const noted = new Map<number, number>();
  return async (tenants: readonly number[]): Promise<void> => {
    const now = clock.now().getTime();
    const due = tenants.filter((tenantId) => now - (noted.get(tenantId) ?? 0) >= noteEveryMs);
    for (const tenantId of due) noted.set(tenantId, now);
    if (due.length === 0) return;
    await queryRows(db, 'update bitrix24_connections set last_event_at = now() where tenant_id = any($due)', { due });
  };
}

function refused(): AppError {
  return new AppError({
    code: 'event_refused',
    status: 403,
    text: {
      ru: 'Токен события не принадлежит ни одному подключённому порталу. Укажите его в настройках интеграции (outgoing_token)',
      en: 'The event token belongs to no connected portal. Enter it in the integration settings (outgoing_token)',
    },
  });
}

function malformed(field: string): AppError {
  return invalidRequest({ ru: `В событии нет или неверно поле ${field}`, en: `The event lacks a valid ${field}` });
}
