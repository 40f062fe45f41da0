import type { Transaction } from 'sequelize';
import type { Clock } from '../lib/clock.ts';
import { notFound } from '../lib/errors.ts';
import type { Entity } from '../lib/records.ts';
import { type Database, queryRows } from '../models/database.ts';
import { retryingTransaction } from '../models/retrying-transaction.ts';
import { settleRecord } from '../sync/journal/asked-conflicts.ts';
import { endHoldsOfPair } from '../sync/journal/held-deletions.ts';
import { unlinkMappings } from '../sync/load/mappings.ts';
import { enqueueOtherContracts } from '../sync/queue/enqueue-clients.ts';
import { forgetPair } from '../sync/queue/forget-rows.ts';
import { enqueue, priorities } from '../sync/queue/sync-queue.ts';
import { type ErrorRow, errorColumns } from './error-list.ts';
import { findMapping, type MappingRow } from './mapping-list.ts';
import { requireGoing } from './pauses.ts';

/** A person looks at a spinner meanwhile: longer than this, the answer is "it is queued". */
const longestWaitMs = 10_000;
const pollMs = 100;

export interface MappingActionDeps {
  db: Database;
  clock: Clock;
  /** The caller's connection: when it ends, nothing is waited for any more. */
  signal?: AbortSignal;
}

export interface SyncedPair {
  mapping: MappingRow | null;
  /** The queue holds nothing of the pair any more. */
  done: boolean;
  error: ErrorRow | null;
}

/**
 * Has one pair looked at before everything else. With `wait` the answer comes when the pair has been dealt with, after ten seconds at
 * the latest. Throws `not_found`, or 409 `paused`. Repeat-safe.
 */
export async function syncMapping(
  deps: MappingActionDeps,
  tenantId: number,
  id: number,
  wait: boolean,
): Promise<SyncedPair> {
  const { db } = deps;
  const mapping = await requireMapping(db, tenantId, id);
  const { local_type: entity, local_id: recordId } = mapping;
  await requireGoing(db, tenantId, { entities: [entity], localId: recordId });
  await enqueue(db, [{ tenantId, entity, side: 'local', recordId, reason: 'asked', priority: priorities.interactive }]);
  const pair = { tenantId, entity, localId: recordId, remoteId: Number(mapping.bitrix24_id) };
  const { done, error } = await waitForPair(deps, pair, wait);
  return { mapping: await findMapping(db, tenantId, id), done, error };
}

/** A record pair by its ids; null when one side is not known. */
export interface PairIds {
  tenantId: number;
  entity: Entity;
  localId: number | null;
  remoteId: number;
}

/**
 * Waits until the queue holds nothing of the pair that is due, ten seconds at the longest; without `wait` only looks. `done` when nothing
 * is due and no error is open. A caller who goes away ends it.
 */
export async function waitForPair(
  { db, clock, signal }: MappingActionDeps,
  pair: PairIds,
  wait: boolean,
): Promise<{ done: boolean; error: ErrorRow | null }> {
  const deadline = clock.now().getTime() + (wait ? longestWaitMs : 0);
  let waiting = await isWaiting(db, pair);
  while (waiting && clock.now().getTime() < deadline && !signal?.aborted) {
    await clock.sleep(pollMs, signal).catch(() => undefined);
    waiting = await isWaiting(db, pair);
  }
  const error = await findOpenError(db, pair);
  return { done: !waiting && error === null, error };
}

/** Unlinks a pair; both records stay as they are, and are known again when either is met. Throws `not_found`. */
export async function deleteMapping(db: Database, tenantId: number, id: number): Promise<void> {
  const mapping = await requireMapping(db, tenantId, id);
  await retryingTransaction(db, (transaction) => unlinkPair(db, tenantId, mapping, transaction));
}

/** Unlinks a pair within a transaction. Repeat-safe. */
export async function unlinkPair(
  db: Database,
  tenantId: number,
  mapping: MappingRow,
  transaction: Transaction,
): Promise<void> {
  await unlinkMappings(db, tenantId, [mapping.id], transaction);
  const pair = { entity: mapping.local_type, localId: mapping.local_id, remoteId: Number(mapping.bitrix24_id) };
  await endHoldsOfPair(db, tenantId, pair, transaction);
  await settleRecord(db, tenantId, pair, transaction);
  // What waited for this pair would make a second record for the one that is no longer known.
  await forgetPair(db, tenantId, pair, transaction);
  // Other contracts of the company go on: what was told of it concerns them still.
  const companies = mapping.local_type === 'contract' ? [Number(mapping.bitrix24_id)] : [];
  await enqueueOtherContracts(db, tenantId, { companies, except: [mapping.local_id] }, transaction);
}

async function requireMapping(db: Database, tenantId: number, id: number): Promise<MappingRow> {
  const mapping = await findMapping(db, tenantId, id);
  if (!mapping) throw notFound();
  return mapping;
}

/** Still to be done now; a row that was put off after a failure is not waited for. */
async function isWaiting(db: Database, pair: PairIds): Promise<boolean> {
  const rows = await queryRows(
    db,
    `select 1 from sync_queue where tenant_id = $tenantId and entity = $entity and due_at <= now()
        and ((side = 'local' and record_id = $localId) or (side = 'bitrix24' and record_id = $remoteId))`,
    { ...pair },
  );
  return rows.length > 0;
}

async function findOpenError(db: Database, pair: PairIds): Promise<ErrorRow | null> {
  const [error] = await queryRows<ErrorRow>(
    db,
    `select ${errorColumns} from integration_errors
      where tenant_id = $tenantId and local_type = $entity and status <> 'resolved'
        and (local_id = $localId or (local_id is null and external_id = $externalId))`,
    { ...pair, externalId: String(pair.remoteId) },
  );
  return error ?? null;
}
