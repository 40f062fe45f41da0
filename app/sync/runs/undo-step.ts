import { type Transaction, UniqueConstraintError } from 'sequelize';
import type { CallOptions } from '../../bitrix24/client.ts';
import type { Entity } from '../../lib/records.ts';
import { type Database, queryRows } from '../../models/database.ts';
import { retryingTransaction } from '../../models/retrying-transaction.ts';
import type { SyncDeps } from '../deps.ts';
import { settleRecord } from '../journal/asked-conflicts.ts';
import { type LogLine, saveLog } from '../journal/sync-log.ts';
import { saveLeft } from '../journal/undo-left.ts';
import { changedSince, type LoggedLine, nextLines, type UndoSource } from '../journal/undo-lines.ts';
import { loadPairs } from '../load/load-pairs.ts';
import { writeLocal } from '../load/local-rows.ts';
import { type Mapping, unlinkMappings } from '../load/mappings.ts';
import { openContext } from '../load/open-context.ts';
import { readRests } from '../load/read-rests.ts';
import type { LoadedPair, SyncContext } from '../pair.ts';
import type { LeftField, UndoLine } from '../plan/undo.ts';
import { decideRecord, type RecordUndo } from '../plan/undo-record.ts';
import { enqueueOtherContracts } from '../queue/enqueue-clients.ts';
import { forgetPair } from '../queue/forget-rows.ts';
import { restOf } from '../queue/rests.ts';
import { enqueue, priorities, type QueueRow } from '../queue/sync-queue.ts';
import type { RunRow, ScanState } from './run-row.ts';
import { type Left, leftOf, nameEditors } from './undo-left-by.ts';

/** Records of one step: both their sides are held in memory. */
const stepSize = 200;
/** How many changes a dry run shows. */
const shownChanges = 100;

/** One record of a step with what is decided about it. */
interface Item {
  localId: number;
  lines: readonly LoggedLine[];
  pair: LoadedPair | null;
  undo: RecordUndo;
}

/** What became of one record. `queued`: the pass counts it as it comes to it. */
interface CarriedOut {
  outcome: 'queued' | 'updated' | 'skipped' | 'unchanged';
  left: readonly LeftField[];
  log: LogLine[];
}

/** What a step came to, as the run counts it. */
interface Counts {
  total: number;
  done: number;
  updated: number;
  unchanged: number;
  skipped: number;
}

/**
 * Takes the next records of an undo back: reads both sides anew, writes the former values into the CRM's records and queues them, so that
 * the ordinary pass carries them to the portal. What it leaves is listed. One transaction with the place where it goes on: a worker that is
 * killed begins the step anew. Repeat-safe.
 */
export async function advanceUndo(deps: SyncDeps, run: RunRow, scan: ScanState, options: CallOptions): Promise<void> {
  const { entity, afterId } = scan;
  const lines = await nextLines(deps.db, run.tenant_id, sourceOf(run), { entity, afterId, limit: stepSize });
  const last = lines.at(-1);
  const next: ScanState | null = last ? { ...scan, afterId: last.localId } : nextEntity(run, entity);
  const context = await openContext(deps, run.tenant_id, entity, options);
  const items = await decideItems(deps, { run, context, lines });
  await retryingTransaction(deps.db, async (transaction) => {
    const advanced = await queryRows(
      deps.db,
      `update sync_runs set scan = $scan::jsonb where id = $id and state = 'running' and scan = $before::jsonb returning id`,
      { id: run.id, scan: next && JSON.stringify(next), before: JSON.stringify(scan) },
      transaction,
    );
    if (advanced.length > 0) await store(deps, { run, context, items }, transaction);
  });
}

/** What an undo takes back. */
export function sourceOf({ undo }: Pick<RunRow, 'undo'>): UndoSource {
  return {
    ...(undo?.run_id !== undefined && { runId: undo.run_id }),
    ...(undo?.log_id !== undefined && { logId: undo.log_id }),
  };
}

function nextEntity(run: RunRow, entity: Entity): ScanState | null {
  const next = run.entities[run.entities.indexOf(entity) + 1];
  return next ? { entity: next, step: 'known', afterId: 0 } : null;
}

async function decideItems(
  deps: SyncDeps,
  { run, context, lines }: { run: RunRow; context: SyncContext; lines: readonly LoggedLine[] },
): Promise<Item[]> {
  const byRecord = new Map<number, LoggedLine[]>();
  for (const line of lines) byRecord.set(line.localId, [...(byRecord.get(line.localId) ?? []), line]);
  if (byRecord.size === 0) return [];
  const rows = [...byRecord.keys()].map((recordId) => rowOf(deps, run, context.entity, recordId));
  const { pairs } = await loadPairs(deps, context, rows);
  const byId = new Map(pairs.map((pair) => [pair.localId, pair]));
  const rests = await readRests(deps.db, run.tenant_id);
  const keys = context.fieldMap.pairs.filter(({ owner }) => owner === 'both').map(({ key }) => key);
  const since = { entity: context.entity, lines, keys, runId: run.undo?.run_id ?? null };
  const changed = await changedSince(deps.db, run.tenant_id, since);
  return [...byRecord].map(([localId, own]) => {
    const pair = byId.get(localId) ?? null;
    const task = {
      lines: own as readonly UndoLine[],
      created: run.undo?.created ?? 'keep',
      isPaused: pair !== null && restOf(rests, pair) !== null,
      isChangedSince: changed.has(localId),
    };
    return { localId, lines: own, pair, undo: decideRecord(context, pair, task) };
  });
}

/** A row as it will stand in the queue. */
function rowOf({ clock }: SyncDeps, run: RunRow, entity: Entity, recordId: number): QueueRow {
  return {
    ...{ entity, side: 'local', recordId, changes: 1, reason: 'undo', runId: run.id, attempts: 0 },
    ...{ priority: priorities.run, createSentAt: null, createValues: null, dueAt: clock.now() },
  };
}

async function store(
  deps: SyncDeps,
  step: { run: RunRow; context: SyncContext; items: readonly Item[] },
  transaction: Transaction,
): Promise<void> {
  const { run, context, items } = step;
  const { db } = deps;
  const counts: Counts = { total: 0, done: 0, updated: 0, unchanged: 0, skipped: 0 };
  const left: Left[] = [];
  const log: LogLine[] = [];
  for (const item of items) {
    const asDecided = { outcome: wouldBe(item), left: item.undo.fields.left, log: [] };
    const { outcome, ...carried } = run.dry_run ? asDecided : await carryOut(db, { run, context, item }, transaction);
    counts.total += 1;
    // What is queued is counted as the pass comes to it.
    if (outcome !== 'queued') {
      counts.done += 1;
      counts[outcome] += 1;
    }
    log.push(...carried.log);
    left.push(...carried.left.map((field) => leftOf(item, field)));
  }
  await saveLog(db, run.tenant_id, log, transaction);
  const named = await nameEditors(db, run.tenant_id, left, transaction);
  await saveLeft(db, { tenantId: run.tenant_id, runId: run.id }, named, transaction);
  const preview = run.dry_run ? items.filter((item) => wouldBe(item) === 'updated').map(present) : [];
  await queryRows(
    db,
    `update sync_runs set total = total + $total, done = done + $done, updated = updated + $updated,
            unchanged = unchanged + $unchanged, skipped = skipped + $skipped,
            preview = (select coalesce(jsonb_agg(p), '[]')
                         from (select p from jsonb_array_elements(preview || $preview::jsonb) p limit ${shownChanges}) shown)
      where id = $id`,
    { id: run.id, ...counts, preview: JSON.stringify(preview) },
    transaction,
  );
}

function wouldBe({ undo: { fields, whole } }: Item): 'updated' | 'skipped' | 'unchanged' {
  if (whole !== null || fields.undone.length > 0) return 'updated';
  return fields.left.length > 0 ? 'skipped' : 'unchanged';
}

/** Writes one record's part; a record that another program holds, or that was changed a moment ago, is left. */
async function carryOut(
  db: Database,
  { run, context, item }: { run: RunRow; context: SyncContext; item: Item },
  transaction: Transaction,
): Promise<CarriedOut> {
  const { tenantId, entity } = context;
  const { localId, pair, undo } = item;
  const { undone, left } = undo.fields;
  const outcome = wouldBe(item);
  if (!pair?.mapping || outcome !== 'updated') return { outcome, left, log: [] };
  const who = run.requested_by === null ? {} : { actor: run.requested_by };
  const line = {
    entity,
    localId,
    remoteId: pair.remoteId,
    runId: run.id,
    durationMs: 0,
    reason: 'undo',
    ...who,
  } as const;
  if (undo.whole === 'unlink') {
    await unlink(db, context, pair.mapping, transaction);
    return { outcome, left, log: [{ ...line, direction: 'bidirectional', operation: 'unlink', changes: {} }] };
  }
  const log: LogLine[] = [];
  if (undo.whole === null) {
    const refusal = await writeBack(db, { context, item }, transaction);
    if (refusal) {
      const kept = undone.map(({ key, logId }) => ({ key, logId, ...refusal }));
      return { outcome: 'skipped', left: [...left, ...kept], log: [] };
    }
    const changes = Object.fromEntries(undone.map(({ key, before, after }) => [key, { before, after }]));
    log.push({ ...line, direction: 'from_bitrix', operation: 'undo', changes });
  }
  const row = { tenantId, entity, side: 'local', recordId: localId, priority: priorities.run, runId: run.id } as const;
  await enqueue(db, [{ ...row, reason: undo.whole ?? 'undo' }], transaction);
  return { outcome: 'queued', left, log };
}

/** As when a person forgets a mapping: both records stay, and are known again when either is met. */
async function unlink(
  db: Database,
  { tenantId }: SyncContext,
  { id, entity, localId, remoteId }: Mapping,
  transaction: Transaction,
): Promise<void> {
  const pair = { entity, localId, remoteId };
  await unlinkMappings(db, tenantId, [id], transaction);
  await settleRecord(db, tenantId, pair, transaction);
  await forgetPair(db, tenantId, pair, transaction);
  const companies = entity === 'contract' ? [remoteId] : [];
  await enqueueOtherContracts(db, tenantId, { companies, except: [localId] }, transaction);
}

/** As a person would write it: the triggers queue the record, and the pass carries it to the portal. */
async function writeBack(
  db: Database,
  { context, item }: { context: SyncContext; item: Item },
  transaction: Transaction,
): Promise<Pick<LeftField, 'reason' | 'side'> | null> {
  const { pair, undo } = item;
  const row = pair?.local;
  if (!row) return { reason: 'record_gone' };
  const target = { tenantId: context.tenantId, entity: context.entity, row };
  try {
    // A savepoint: what is refused undoes itself alone.
    const written = await db.transaction({ transaction }, (savepoint) =>
      writeLocal(db, target, undo.fields.columns, savepoint),
    );
    return written ? null : { reason: 'edited', side: 'crm' };
  } catch (error) {
    if (error instanceof UniqueConstraintError) return { reason: 'value_taken' };
    throw error;
  }
}

/** What people know the record by; null when it is gone. */
function nameOf(pair: LoadedPair | null): string | null {
  const { name, number } = pair?.local?.record ?? {};
  return name || number ? String(name || number) : null;
}

function present({ localId, pair, undo: { fields, whole } }: Item): object {
  const changes = fields.undone.map(({ key, before, after }) => ({ field: key, before, after }));
  return {
    ...{ entity: pair?.entity, local_id: localId, bitrix24_id: pair?.remoteId ?? null },
    local_name: nameOf(pair),
    action: whole === null ? 'undo' : whole === 'unlink' ? 'unlink' : 'delete',
    ...(whole === null && { to_local: changes }),
  };
}
