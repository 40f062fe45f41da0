import type { Transaction } from 'sequelize';
import type { Entity } from '../../lib/records.ts';
import { type Database, queryRows, tenantRecords } from '../../models/database.ts';
import { retryingTransaction } from '../../models/retrying-transaction.ts';
import type { DoneRow, QueueRow } from './sync-queue.ts';

export interface PostponedRow extends DoneRow {
  /** The run has counted the row already and waits for it no longer. */
  counted?: boolean;
  dueAt: Date;
  attempts: number;
  /** A create may have reached the portal: the mark stays, and not even a newer change may hurry it. */
  sent: boolean;
  /** Name of the open fault that the row waits for. */
  waitsFor?: string;
}

const asPutOff = ({ createValues: _, ...row }: PostponedRow & Partial<QueueRow>): PostponedRow => row;

/** Rows that one statement puts off: it holds them locked for some milliseconds, and a program that saves such a record waits so long. */
export const putOffAtOnce = 250;

/**
 * Puts rows off until `dueAt`; a row that changed since it was claimed stays due at once, and so does one that another program holds
 * locked just now. Without a transaction of the caller's each portion is one of its own. Repeat-safe.
 */
export async function postpone(
  db: Database,
  tenantId: number,
  rows: readonly PostponedRow[],
  transaction?: Transaction,
): Promise<void> {
  for (let start = 0; start < rows.length; start += putOffAtOnce) {
    const portion = rows.slice(start, start + putOffAtOnce);
    if (transaction) await putOff(db, tenantId, portion, transaction);
    else await retryingTransaction(db, (own) => putOff(db, tenantId, portion, own));
  }
}

const putOffColumns = `entity text, side text, "recordId" bigint, changes integer, "dueAt" timestamptz, attempts smallint, sent boolean,
  counted boolean, "runId" integer, "waitsFor" text`;

async function putOff(
  db: Database,
  tenantId: number,
  rows: readonly PostponedRow[],
  transaction: Transaction,
): Promise<void> {
  await queryRows(
    db,
    `with wanted as ${tenantRecords('rows', putOffColumns)},
     put_off as (
       select r.* from sync_queue q join wanted r
           on (q.tenant_id, q.entity, q.side, q.record_id) = (r.tenant_id, r.entity, r.side, r."recordId") for update of q skip locked)
     update sync_queue q
        set due_at = case when r.sent or q.changes = r.changes then r."dueAt" else q.due_at end, attempts = r.attempts,
            run_id = case when r.counted and q.run_id is not distinct from r."runId" then null else q.run_id end,
            create_sent_at = case when r.sent then q.create_sent_at end,
            create_values = case when r.sent then q.create_values end, waits_for = r."waitsFor"
       from put_off r
      where (q.tenant_id, q.entity, q.side, q.record_id) = (r.tenant_id, r.entity, r.side, r."recordId")`,
    { tenantId, rows: JSON.stringify(rows.map(asPutOff)) },
    transaction,
  );
}

/** Puts off everything of one kind that is due, until its fault's next try. Rows that a writer holds locked are passed over. Repeat-safe. */
export async function holdKind(
  db: Database,
  tenantId: number,
  { entity, until, waitsFor }: { entity: Entity; until: Date; waitsFor: string },
): Promise<void> {
  await holdDue(db, tenantId, { entities: [entity], condition: 'true', until, waitsFor });
}

/**
 * Puts off what is due of these kinds, a portion a transaction, until no row is left that can be taken. `condition`: of a row `q`, in SQL.
 * Rows that a writer holds locked are passed over. Repeat-safe.
 */
export async function holdDue(
  db: Database,
  tenantId: number,
  {
    entities,
    condition,
    until,
    waitsFor,
  }: { entities: readonly Entity[]; condition: string; until: Date; waitsFor: string },
): Promise<void> {
  for (;;) {
    const held = await queryRows(
      db,
      `with held as (
         select tenant_id, entity, side, record_id from sync_queue q
          where tenant_id = $tenantId and entity = any($entities) and due_at <= now() and ${condition}
          limit ${putOffAtOnce} for update skip locked)
       update sync_queue q set due_at = $until, waits_for = $waitsFor from held h
        where (q.tenant_id, q.entity, q.side, q.record_id) = (h.tenant_id, h.entity, h.side, h.record_id)
       returning 1`,
      { tenantId, entities, until, waitsFor },
    );
    // A moment that has come already would be put off again and again.
    if (held.length < putOffAtOnce || until.getTime() <= Date.now()) return;
  }
}
