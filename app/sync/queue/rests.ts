import type { Transaction } from 'sequelize';
import type { Entity } from '../../lib/records.ts';
import { type Database, queryRows } from '../../models/database.ts';
import { holdDue } from './put-off.ts';
import { priorities, type QueueRow, releaseWaiting } from './sync-queue.ts';

/** What of a tenant rests just now: nothing of it is written on either side, and what asks for it stays queued. */
export interface Rests {
  /** A person paused everything. */
  everything: boolean;
  /** Kinds that a person paused. */
  kinds: ReadonlySet<Entity>;
  /** Records of ours that a person paused, as `kind:id`. */
  records: ReadonlySet<string>;
  /** Kinds that are synchronised only when a person asks. */
  byHand: ReadonlySet<Entity>;
}

/** Why a row waits, as it stands in `sync_queue.waits_for`. */
export type RestReason = 'paused' | 'by_hand';

/** Nothing becomes due by itself: what ends the rest makes its rows due. */
export const restsUntil = new Date('9999-01-01T00:00:00Z');

/** Reasons of rows that a person, or a pass that a person asked for, has put into the queue. */
const askedReasons = ['asked', 'import', 'retry', 'confirmed', 'recreate', 'match', 'overwritten', 'create'];

/** Whether no person asked for this row: a change on either side, or a search, brought it. A retry goes on with what was asked. */
function cameByItself({ runId, priority, attempts, createSentAt, reason }: QueueRow): boolean {
  const isAsked = runId !== null || priority === priorities.interactive || askedReasons.includes(reason);
  return !isAsked && attempts === 0 && createSentAt === null;
}

/** The same in SQL, of a row `q`. */
const cameByItselfSql = `q.run_id is null and q.priority > ${priorities.interactive} and q.attempts = 0
  and q.create_sent_at is null and q.reason not in (${askedReasons.map((reason) => `'${reason}'`).join()})`;

/** Why a pair may not be worked on now; null when it may. Pure. */
export function restOf(
  rests: Rests,
  { entity, localId, rows }: { entity: Entity; localId: number | null; rows: readonly QueueRow[] },
): RestReason | null {
  if (rests.everything || rests.kinds.has(entity) || rests.records.has(`${entity}:${localId}`)) return 'paused';
  return rests.byHand.has(entity) && rows.every(cameByItself) ? 'by_hand' : null;
}

/** Puts away what is due of kinds that rest, so that it is not read again and again. Rows that a writer holds locked are passed over. Repeat-safe. */
export async function holdResting(db: Database, tenantId: number, { kinds, byHand }: Rests): Promise<void> {
  const groups = [
    { entities: [...kinds], reason: 'paused', condition: 'true' },
    { entities: [...byHand].filter((entity) => !kinds.has(entity)), reason: 'by_hand', condition: cameByItselfSql },
  ];
  for (const { entities, reason, condition } of groups) {
    if (entities.length === 0) continue;
    await holdDue(db, tenantId, { entities, condition, until: restsUntil, waitsFor: reason });
  }
}

/** What was due already counts as due from now on: the time of a pause is no delay. The tenant is woken. Rows that are locked are passed over. Repeat-safe. */
export async function dueAnew(db: Database, tenantId: number, transaction: Transaction): Promise<void> {
  await queryRows(
    db,
    `with due as (
       select tenant_id, entity, side, record_id from sync_queue
        where tenant_id = $tenantId and due_at < now() for update skip locked),
     counted as (
       update sync_queue q set due_at = now() from due d
        where (q.tenant_id, q.entity, q.side, q.record_id) = (d.tenant_id, d.entity, d.side, d.record_id) returning 1)
     select pg_notify('axenta_sync', $tenantId::text) from counted limit 1`,
    { tenantId },
    transaction,
  );
}

/** What rested becomes due at once, and is put away again where it rests still; the tenant is woken when the transaction commits. Repeat-safe. */
export async function releaseResting(db: Database, tenantId: number, transaction: Transaction): Promise<void> {
  const reasons: readonly RestReason[] = ['paused', 'by_hand'];
  for (const reason of reasons) await releaseWaiting(db, tenantId, reason, transaction);
}
