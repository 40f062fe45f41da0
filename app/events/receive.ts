import { z } from 'zod';
import { AppError, invalidRequest } from '../lib/errors.ts';
import type { Log } from '../lib/log.ts';
import type { Secrets } from '../lib/secrets.ts';
import { type Database, queryRows } from '../models/database.ts';
import { enqueue, priorities } from '../sync/queue.ts';
import { recordEventOf } from './catalogue.ts';

export interface ReceiveDeps {
  db: Database;
  secrets: Pick<Secrets, 'digest'>;
  log: Log;
  /** Counts what came, for the metrics. */
  count(result: 'stored' | 'ignored' | 'refused' | 'malformed'): void;
}

const envelope = z.object({
  event: z.string().min(1).max(100),
  auth: z.object({ application_token: z.string().min(1).max(200) }),
});

// An id arrives as a string of digits (api-reference/events/index.md, 2026-08).
const recordData = z.object({
  data: z.object({ FIELDS: z.object({ ID: z.coerce.number().int().positive().max(2_147_483_647) }) }),
});

/**
 * Makes the intake of events: proves who calls, then stores which record may differ, before anything is answered. The event's own
 * values are never used: the worker reads the record anew, so doubled, late and reordered events do no harm.
 * Throws AppError `event_refused` (403) or `invalid_request` (400); then nothing is stored.
 */
export function makeReceive({ db, secrets, log, count }: ReceiveDeps) {
  return async (form: unknown): Promise<'stored' | 'ignored'> => {
    const parsed = envelope.safeParse(form);
    if (!parsed.success) {
      count('malformed');
      throw malformed('event, auth[application_token]');
    }
    const { event, auth } = parsed.data;
    const tenants = await findSubscribers(db, secrets.digest(auth.application_token));
    if (tenants.length === 0) {
      count('refused');
      throw refused();
    }
    const about = recordEventOf(event);
    if (!about) {
      count('ignored');
      return 'ignored';
    }
    const record = recordData.safeParse(form);
    if (!record.success) {
      count('malformed');
      throw malformed('data[FIELDS][ID]');
    }
    const recordId = record.data.data.FIELDS.ID;
    await store(db, tenants, { entity: about.entity, recordId, reason: about.deleted ? 'deleted' : 'event' });
    count('stored');
    log.debug({ tenants, operation: 'event', event, bitrix24_id: recordId, result: 'ok' }, 'Событие Битрикс24 принято');
    return 'stored';
  };
}

/**
 * Tenants whose portal proves itself with this token. The token is a long random secret and is looked up by its digest: the time that
 * an index takes tells nothing about the secret itself, so no comparison can leak it byte by byte.
 */
async function findSubscribers(db: Database, digest: string): Promise<number[]> {
  const rows = await queryRows<{ id: number }>(
    db,
    `select tenant_id as id from bitrix24_connections where outgoing_token_digest = $digest order by tenant_id`,
    { digest },
  );
  return rows.map((row) => row.id);
}

function store(
  db: Database,
  tenants: readonly number[],
  event: { entity: 'contract' | 'user' | 'object'; recordId: number; reason: string },
): Promise<void> {
  return db.transaction(async (transaction) => {
    const row = { ...event, side: 'bitrix24', priority: priorities.event } as const;
    await enqueue(
      db,
      tenants.map((tenantId) => ({ ...row, tenantId })),
      transaction,
    );
    // Once a second is exact enough for people, and a storm of events does not wait in line for one row.
    await queryRows(
      db,
      `update bitrix24_connections set last_event_at = now()
        where tenant_id = any($tenants) and (last_event_at is null or last_event_at < now() - interval '1 second')`,
      { tenants },
      transaction,
    );
  });
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
