import type { Transaction } from 'sequelize';
import type { Entity, Side } from '../../lib/records.ts';
import { type Database, queryRows, tenantRecords } from '../../models/database.ts';
import { retryingTransaction } from '../../models/retrying-transaction.ts';

/** Channel on which writers say, when they commit, that a tenant has something due; the payload is the tenant's id. */
export const syncChannel = 'axenta_sync';

/**
 * Smaller is sooner. A person waits for `interactive`; a run and a sweep never delay what just changed, nor does what a statement of
 * many rows changed (`bulk`) delay a single edit.
 */
export const priorities = { interactive: 0, event: 5, change: 10, bulk: 15, run: 20 } as const;

export interface QueueRequest {
  tenantId: number;
  entity: Entity;
  side: Side;
  recordId: number;
  /** Why the record may differ, for the log: `changed`, `event`, `run`, `sweep`, `retry`, … */
  reason: string;
  priority: number;
  runId?: number | null;
  dueAt?: Date;
}

/** A queued record as it was claimed. `changes` is the counter that the settling transaction compares. */
export interface QueueRow {
  entity: Entity;
  side: Side;
  recordId: number;
  changes: number;
  reason: string;
  runId: number | null;
  attempts: number;
  priority: number;
  createSentAt: Date | null;
  createValues: SentValues | null;
  dueAt: Date;
  /** When the row was taken: what it said until then is what was worked on. */
  claimedAt?: Date;
}

/** What was sent in a create whose answer may be lost: it becomes the shadows of the record if it is adopted. */
export interface SentValues {
  originId: string;
  local: Record<string, string | null>;
  remote: Record<string, string | null>;
}

/**
 * Reasons that say more than "look at it": a person asked for the import or its undoing, something vouches for the deletion, or what
 * was left to a person is to be decided anew.
 */
const tellingReasons = `('import', 'confirmed', 'deleted', 'sweep_deleted', 'undo_create', 'undo_import', 'retry')`;

/**
 * Puts records into the sync queue and wakes their tenants when the transaction commits. A record that waits already is
 * counted once more, never doubled; it gets the earlier due time and the more urgent priority, and keeps a reason that says more than
 * the new one. A request is never dropped for a row that is locked: without a transaction of the caller's it waits for some seconds and
 * throws AppError `database_busy` (503) then. Repeat-safe.
 */
export async function enqueue(
  db: Database,
  requests: readonly QueueRequest[],
  transaction?: Transaction,
): Promise<void> {
  if (requests.length === 0) return;
  if (!transaction) return retryingTransaction(db, (own) => enqueue(db, requests, own));
  const rows = requests.map((request) => ({
    tenant_id: request.tenantId,
    entity: request.entity,
    side: request.side,
    record_id: request.recordId,
    reason: request.reason,
    priority: request.priority,
    run_id: request.runId ?? null,
    due_at: request.dueAt?.toISOString() ?? null,
  }));
  // One statement: the rows in the order of the key, so that two writers never wait for each other crosswise.
  await queryRows(
    db,
    `with added as (
       insert into sync_queue as q (tenant_id, entity, side, record_id, reason, priority, run_id, due_at)
       select distinct on (tenant_id, entity, side, record_id)
              tenant_id, entity, side, record_id, reason, priority, run_id, coalesce(due_at, now())
         from jsonb_to_recordset($rows::jsonb) as r (tenant_id integer, entity text, side text, record_id bigint,
              reason text, priority smallint, run_id integer, due_at timestamptz)
        order by tenant_id, entity, side, record_id
       on conflict (tenant_id, entity, side, record_id) do update
         set changes = q.changes + 1, due_at = least(q.due_at, excluded.due_at),
             reason = case when q.reason in ${tellingReasons} and excluded.reason not in ${tellingReasons}
                           then q.reason else excluded.reason end,
             priority = least(q.priority, excluded.priority), run_id = coalesce(excluded.run_id, q.run_id)
       returning tenant_id)
     select pg_notify('axenta_sync', tenant_id::text) from (select distinct tenant_id from added) t`,
    { rows: JSON.stringify(rows) },
    transaction,
  );
}

/** Columns of a `QueueRow`. */
export const rowColumns = `entity, side, record_id::integer as "recordId", changes, reason, run_id as "runId", attempts, priority,
  create_sent_at as "createSentAt", create_values as "createValues", due_at as "dueAt", now() as "claimedAt"`;

/** Which row of the queue. */
export interface HandledRow {
  entity: Entity;
  side: Side;
  recordId: number;
}

export interface DoneRow extends HandledRow {
  changes: number;
  /** The run that the row was claimed for; another that asked for it meanwhile goes on waiting. */
  runId: number | null;
  claimedAt?: Date;
}

/**
 * Removes rows that have been dealt with, except those that changed since they were claimed: these stay queued, due at once,
 * with a clean slate; what is left to do came after the claim, and is as old as that. Rows that a writer holds locked are being changed just now, so they are left alone.
 * Returns the rows that were removed or left with a clean slate: only these have been counted for good.
 */
export async function removeDone(
  db: Database,
  tenantId: number,
  rows: readonly DoneRow[],
  transaction: Transaction,
): Promise<HandledRow[]> {
  if (rows.length === 0) return [];
  return queryRows(
    db,
    `with done as ${tenantRecords('rows', 'entity text, side text, record_id bigint, changes integer, run_id integer, claimed_at timestamptz')},
     held as (
       select q.tenant_id, q.entity, q.side, q.record_id, q.changes = d.changes as same, d.run_id, d.claimed_at
         from sync_queue q join done d using (tenant_id, entity, side, record_id) for update of q skip locked),
     changed as (
       update sync_queue q set attempts = 0, create_sent_at = null, create_values = null,
              queued_at = greatest(q.queued_at, h.claimed_at),
              run_id = case when q.run_id is distinct from h.run_id then q.run_id end
         from held h where not h.same
          and (q.tenant_id, q.entity, q.side, q.record_id) = (h.tenant_id, h.entity, h.side, h.record_id)),
     removed as (
       delete from sync_queue q using held h where h.same
          and (q.tenant_id, q.entity, q.side, q.record_id) = (h.tenant_id, h.entity, h.side, h.record_id))
     select entity, side, record_id::integer as "recordId" from held`,
    { tenantId, rows: JSON.stringify(rows.map(asDone)) },
    transaction,
  );
}

/** What a statement needs of a row: the values of a create, which are the most of it, stay here. */
function asDone({ entity, side, recordId, changes, runId, claimedAt }: DoneRow) {
  return { entity, side, record_id: recordId, changes, run_id: runId, claimed_at: claimedAt };
}

/** The local row of a record pair whose create is about to be sent, with the counter it has now. */
export interface MarkedRow {
  recordId: number;
  changes: number;
  /** The record was not queued from our side until now. */
  isNew: boolean;
}

/**
 * Marks creates as about to be sent, with the values. Committed before the request leaves, so that a worker that finds the row after a
 * crash knows that the portal may hold the record already. The mark is always on the local side's row, whichever side asked for the
 * pair: every other row of the same pair finds it there. A row that another program holds locked is not marked, and not among the answer:
 * its create must not be sent now.
 */
export async function markCreatesSent(
  db: Database,
  tenantId: number,
  creates: readonly { entity: Entity; localId: number; values: SentValues; linkedWith: number | null }[],
): Promise<MarkedRow[]> {
  return retryingTransaction(db, (transaction) =>
    queryRows<MarkedRow>(
      db,
      `with creates as ${tenantRecords('creates', 'entity text, "localId" bigint, values jsonb, "linkedWith" bigint')},
       wanted as materialized (
         select c.tenant_id, c.entity, 'local' as side, c."localId" as record_id, c.values from creates c
           left join bitrix24_sync_mappings m on m.tenant_id = c.tenant_id and m.local_type = c.entity and m.local_id = c."localId"
            and m.state = 'linked' and m.bitrix24_key is distinct from c."linkedWith"
          where m.id is null),
       known as materialized (
         select tenant_id, entity, side, record_id from sync_queue join wanted using (tenant_id, entity, side, record_id)),
       held as (
         select q.entity, q.record_id from sync_queue q join known using (tenant_id, entity, side, record_id)
            for update of q skip locked)
       insert into sync_queue as q (tenant_id, entity, side, record_id, reason, priority, create_sent_at, create_values)
       select tenant_id, entity, side, record_id, 'create', ${priorities.change}, now(), values from wanted
        where (entity, record_id) not in (select entity, record_id from known) or (entity, record_id) in (table held)
        order by entity, record_id
       on conflict (tenant_id, entity, side, record_id) do update
         set create_sent_at = now(), create_values = excluded.create_values
       returning record_id::integer as "recordId", changes, xmax = 0 as "isNew"`,
      { tenantId, creates: JSON.stringify(creates) },
      transaction,
    ),
  );
}

/** Rows of these local records whose create has no answer yet, due or not. */
export async function findMarked(
  db: Database,
  tenantId: number,
  entity: Entity,
  localIds: readonly number[],
): Promise<QueueRow[]> {
  if (localIds.length === 0) return [];
  return queryRows<QueueRow>(
    db,
    `select ${rowColumns} from sync_queue where tenant_id = $tenantId and entity = $entity and side = 'local'
        and record_id = any($localIds) and create_sent_at is not null`,
    { tenantId, entity, localIds },
  );
}

/** Rows that waited for a fault, or rested, become due at once; the tenant is woken when the transaction commits. Repeat-safe. */
export async function releaseWaiting(
  db: Database,
  tenantId: number,
  fault: string,
  transaction: Transaction,
): Promise<void> {
  await queryRows(
    db,
    `with released as (
       update sync_queue set due_at = least(due_at, now()), waits_for = null
        where tenant_id = $tenantId and waits_for = $fault returning tenant_id)
     select pg_notify('axenta_sync', $tenantId::text) from released limit 1`,
    { tenantId, fault },
    transaction,
  );
}
