import type { Transaction } from 'sequelize';
import { offsetOf, type Page } from '../http/paging.ts';
import type { Text } from '../lib/errors.ts';
import { type Database, queryRows } from '../models/database.ts';
import { backoffMs } from '../sync/faults/backoff.ts';
import type { Cause } from './causes.ts';
import type { Message } from './messages.ts';

export const channels = ['bitrix24', 'email', 'webhook'] as const;
export type Channel = (typeof channels)[number];

/** Where a message goes: a person's id in the portal, an e-mail address, or a URL. */
export interface Recipient {
  channel: Channel;
  recipient: string;
}

/** A message that this process has taken to send. */
export interface Claimed extends Recipient {
  id: number;
  key: string;
  message: Message;
  attempts: number;
}

/** What a channel said of a message. */
export type Outcome = { ok: true; answer: Text } | { ok: false; code: string; answer: Text; isFinal: boolean };

/** How one attempt of a message ended. */
export interface Attempt {
  outcome: Outcome;
  /** 0 to 1, for jitter. */
  random: number;
}

/** Longer than any channel takes: what is claimed for longer was claimed by a process that is gone. */
const claimSeconds = 120;

/** With the pauses between them, about an hour. */
const mostAttempts = 8;
const firstPauseMs = 30_000;

const keptDays = 30;

/** Stores a message for each of its recipients; they are due at once. */
export async function storeDeliveries(
  db: Database,
  tenantId: number,
  { message, recipients }: { message: Message; recipients: readonly Recipient[] },
  transaction: Transaction,
): Promise<void> {
  await queryRows(
    db,
    `insert into alert_deliveries (tenant_id, event, cause, channel, recipient, message)
     select $tenantId, $event, $cause, channel, recipient, $message::jsonb
       from jsonb_to_recordset($recipients::jsonb) as r (channel text, recipient text)`,
    {
      ...{ tenantId, event: message.event, cause: message.cause },
      ...{ message: JSON.stringify(message), recipients: JSON.stringify(recipients) },
    },
    transaction,
  );
}

/** Takes messages that are due, each for this caller alone, and counts the attempt. What a dead process has taken is due again later. */
export function claimDeliveries(db: Database, tenantId: number, limit: number): Promise<Claimed[]> {
  return queryRows<Claimed>(
    db,
    `update alert_deliveries d set attempts = attempts + 1, claimed_until = now() + interval '${claimSeconds} seconds'
      where tenant_id = $tenantId and id in (
        select id from alert_deliveries
         where tenant_id = $tenantId and state = 'waiting' and due_at <= now()
           and (claimed_until is null or claimed_until < now())
         order by due_at, id limit $limit for update skip locked)
     returning id::integer, key, channel, recipient, message, attempts`,
    { tenantId, limit },
  );
}

/** Notes how an attempt ended: sent, tried again later, or given up. */
export async function noteOutcome(
  db: Database,
  tenantId: number,
  { id, attempts }: Pick<Claimed, 'id' | 'attempts'>,
  { outcome, random }: Attempt,
): Promise<'sent' | 'waiting' | 'failed'> {
  const isOver = !outcome.ok && (outcome.isFinal || attempts >= mostAttempts);
  const state = outcome.ok ? 'sent' : isOver ? 'failed' : 'waiting';
  await queryRows(
    db,
    `update alert_deliveries
        set state = $state::text, answer = $answer::jsonb, claimed_until = null,
            due_at = now() + make_interval(secs => $pauseSec), sent_at = case when $state::text = 'sent' then now() end
      where tenant_id = $tenantId and id = $id`,
    {
      ...{ tenantId, id, state },
      answer: answerOf(outcome),
      pauseSec: state === 'waiting' ? backoffMs(attempts, firstPauseMs, random) / 1000 : 0,
    },
  );
  return state;
}

/** Keeps a trial among the messages, with what was said of it; it is not tried again. */
export async function storeTrial(
  db: Database,
  tenantId: number,
  { parcel, outcome }: { parcel: Recipient & { key: string; message: Message }; outcome: Outcome },
): Promise<void> {
  const { key, channel, recipient, message } = parcel;
  await queryRows(
    db,
    `insert into alert_deliveries (tenant_id, key, event, channel, recipient, message, state, attempts, answer, sent_at)
     values ($tenantId, $key, $event, $channel, $recipient, $message::jsonb, $state::text, 1, $answer::jsonb,
             case when $state::text = 'sent' then now() end)`,
    {
      ...{ tenantId, key, event: message.event, channel, recipient, message: JSON.stringify(message) },
      ...{ state: outcome.ok ? 'sent' : 'failed', answer: answerOf(outcome) },
    },
  );
}

function answerOf(outcome: Outcome): string {
  return JSON.stringify({ ...(!outcome.ok && { code: outcome.code }), text: outcome.answer });
}

export interface ListedDelivery {
  id: number;
  key: string;
  event: string;
  cause: Cause | null;
  channel: Channel;
  recipient: string;
  subject: string;
  state: 'waiting' | 'sent' | 'failed';
  attempts: number;
  created_at: Date;
  sent_at: Date | null;
  next_attempt_at: Date | null;
  answer: { code?: string; text: Text } | null;
}

/** One page of a company's messages, the newest first, and how many there are. */
export async function listDeliveries(
  db: Database,
  tenantId: number,
  filter: Page & { channel?: Channel | undefined; state?: ListedDelivery['state'] | undefined },
): Promise<{ rows: ListedDelivery[]; total: number }> {
  const condition = `tenant_id = $tenantId and ($channel::text is null or channel = $channel)
    and ($state::text is null or state = $state)`;
  const bind = { tenantId, channel: filter.channel ?? null, state: filter.state ?? null };
  const [counted] = await queryRows<{ total: number }>(
    db,
    `select count(*)::integer as total from alert_deliveries where ${condition}`,
    bind,
  );
  const rows = await queryRows<ListedDelivery>(
    db,
    `select id::integer, key, event, cause, channel, recipient, message ->> 'subject' as subject, state, attempts, created_at,
            sent_at, case when state = 'waiting' then due_at end as next_attempt_at, answer
       from alert_deliveries where ${condition} order by id desc limit $limit offset $offset`,
    { ...bind, limit: filter.limit, offset: offsetOf(filter) },
  );
  return { rows, total: counted?.total ?? 0 };
}

/** Companies that have something to tell, or want to be told. */
export async function listTenantsWithAlerts(db: Database): Promise<number[]> {
  const rows = await queryRows<{ id: number }>(
    db,
    `select s.tenant_id as id from alert_settings s
      where (s.settings -> 'on') is distinct from 'false'::jsonb
         or exists (select 1 from alert_deliveries d where d.tenant_id = s.tenant_id and d.state = 'waiting')
      order by 1`,
  );
  return rows.map(({ id }) => id);
}

/** Drops messages, and alerts that are over, after a month. Repeat-safe. */
export async function dropOldAlerts(db: Database): Promise<void> {
  await queryRows(db, `delete from alert_deliveries where created_at < now() - interval '${keptDays} days'`);
  await queryRows(db, `delete from alerts where ended_at < now() - interval '${keptDays} days'`);
}
