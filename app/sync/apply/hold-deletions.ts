import type { Transaction } from 'sequelize';
import type { Entity } from '../../lib/records.ts';
import { retryingTransaction } from '../../models/retrying-transaction.ts';
import type { SyncDeps } from '../deps.ts';
import {
  countRemovals,
  endHolds,
  findHolds,
  type HeldAction,
  type Hold,
  rememberRemovals,
  saveHeld,
} from '../journal/held-deletions.ts';
import { countRuns, ticksOf } from '../journal/run-counters.ts';
import { type LogLine, reportLines, saveLog } from '../journal/sync-log.ts';
import { type MappingUpsert, saveMappings } from '../load/mappings.ts';
import type { LoadedPair } from '../pair.ts';
import { planLocalDeleted, planRemoteDeleted } from '../plan/plan.ts';
import type { PlanContext, Planned } from '../plan/plan-pair.ts';
import { removeDone } from '../queue/sync-queue.ts';
import { mappingOf } from './pair-entries.ts';

/** More than both of these within an hour are likelier a mistake than a day's work. */
const heldCount = 5;
const heldShare = 0.05;

/** Whether so many removals of so many linked records are held for a person to decide. */
export function isTooMany(removed: number, linked: number): boolean {
  return removed > heldCount && removed > linked * heldShare;
}

/**
 * Takes out what a policy would delete, close or create anew where too much of a kind goes within an hour: these are listed, their rows
 * leave the queue, and nothing happens to them until a person decides. A pair whose vanished record is there again needs no decision.
 * Returns what may be carried out. `planned` is of one kind. Repeat-safe.
 */
export async function holdDeletions(
  deps: SyncDeps,
  context: PlanContext,
  planned: readonly Planned[],
): Promise<Planned[]> {
  const [first] = planned;
  if (!first) return [];
  const { tenantId } = context;
  const { entity } = first.pair;
  const localIds = planned.flatMap(({ pair }) => (pair.localId === null ? [] : [pair.localId]));
  const holds = new Map((await findHolds(deps.db, tenantId, entity, localIds)).map((hold) => [keyOf(hold), hold]));
  const holdOf = ({ pair }: Planned) => holds.get(keyOf(pair));
  const removals = planned.filter((item) => removalOf(item) !== null);
  const ended = planned.flatMap((item) => {
    const hold = holdOf(item);
    return hold && isOver(item, hold) ? [{ hold, item }] : [];
  });
  const still = removals.filter((item) => holdOf(item)?.state === 'held');
  const asking = removals.filter((item) => holdOf(item) === undefined);
  const held = await decide(deps, context, { localIds, asking, still, ended });
  const taken = new Set([...held, ...still]);
  return planned.filter((item) => !taken.has(item));
}

interface Found {
  localIds: number[];
  /** Removals that no person has decided about. */
  asking: Planned[];
  /** Held since an earlier pass. */
  still: Planned[];
  ended: { hold: Hold; item: Planned }[];
}

/** Counts and writes in one transaction: two lanes of a tenant never count past each other. Returns what is held from now on. */
async function decide(deps: SyncDeps, context: PlanContext, found: Found): Promise<Planned[]> {
  const { asking, still, ended } = found;
  const [first] = [...asking, ...still, ...ended.map(({ item }) => item)];
  if (!first) return [];
  const { tenantId } = context;
  const { entity } = first.pair;
  const { db } = deps;
  const { held, lines } = await retryingTransaction(db, async (transaction) => {
    const counts = await countAsking(deps, context, found, transaction);
    const held = isTooMany(counts.removed, counts.linked) ? asking : [];
    const lines = [
      ...held.map((item) => lineOf(item, 'hold')),
      ...ended.filter(({ hold }) => hold.state === 'held').map(({ item }) => lineOf(item, 'hold_ended')),
    ];
    const pairs = held.map((item) => ({ ...idsOf(item.pair), action: heldActionOf(item), name: nameOf(item.pair) }));
    await saveHeld(db, { tenantId, entity }, pairs, transaction);
    await saveMappings(db, tenantId, unansweredOf(context, held), transaction);
    const passing = held.length > 0 ? [] : asking.flatMap(({ pair }) => pair.localId ?? []);
    await rememberRemovals(db, { tenantId, entity }, passing, transaction);
    const ids = ended.map(({ hold }) => hold.id);
    await endHolds(db, tenantId, ids, transaction);
    await saveLog(db, tenantId, lines, transaction);
    const rows = [...held, ...still].flatMap(({ pair }) => pair.rows);
    const handled = await removeDone(db, tenantId, rows, transaction);
    const ticks = rows.map((row) => ({ row, outcome: 'skipped' as const, conflicts: 0 }));
    await countRuns(db, tenantId, ticksOf(handled, ticks), transaction);
    return { held, lines };
  });
  reportLines(deps.log, tenantId, lines);
  if (held.length > 0) report(deps, tenantId, held.length);
  return held;
}

/** The mark of a create without an answer leaves with the row: from now on a mapping tells which record it made. */
function unansweredOf(context: PlanContext, held: readonly Planned[]): MappingUpsert[] {
  return held.flatMap(({ pair }) => {
    const { localId, remote, shadows, unsettled } = pair;
    if (!unsettled || localId === null || !remote) return [];
    return [mappingOf(context, pair, { localId, remote, shadows, written: true })];
  });
}

async function countAsking(
  { db }: SyncDeps,
  context: PlanContext,
  { asking, localIds }: Found,
  transaction: Transaction,
): Promise<{ removed: number; linked: number }> {
  const [first] = asking;
  if (!first) return { removed: 0, linked: 0 };
  const { entity } = first.pair;
  const query = {
    entity,
    asking: asking.flatMap(({ pair }) => pair.localId ?? []),
    passed: localIds,
    follows: followed(context, entity),
  };
  return countRemovals(db, context.tenantId, query, transaction);
}

/** What a plan takes away because one side was deleted; null when it takes nothing, or what is gone was let go of before. */
function removalOf({ pair, plan }: Planned): HeldAction | null {
  // A person took the run back that had made the record.
  if (pair.rows.some(({ reason }) => reason === 'undo_create' || reason === 'undo_import')) return null;
  switch (plan.action) {
    case 'delete_local':
    case 'delete_remote':
    case 'close_remote':
      return plan.action;
    case 'create_remote':
      return pair.remoteGone && pair.mapping?.state === 'linked' ? plan.action : null;
    default:
      return null;
  }
}

/** A held pair has nothing to wait for when the policy keeps its record or both are there; a confirmation holds until both are there. */
function isOver({ plan, pair }: Planned, hold: Hold): boolean {
  const isThere = plan.action === 'update' || plan.action === 'link';
  if (hold.state === 'confirmed') return isThere;
  return removalOf({ plan, pair }) === null && plan.action !== 'skip';
}

function followed({ settings }: PlanContext, entity: Entity) {
  return {
    local: planLocalDeleted(entity, settings).action !== 'unlink',
    bitrix24: planRemoteDeleted(entity, settings).action !== 'orphan',
  };
}

function lineOf({ pair }: Planned, operation: string): LogLine {
  return {
    entity: pair.entity,
    localId: pair.localId,
    remoteId: pair.remoteId,
    runId: pair.rows.find((row) => row.runId !== null)?.runId ?? null,
    direction: pair.remoteGone ? 'from_bitrix' : 'to_bitrix',
    operation,
    changes: {},
    durationMs: 0,
  };
}

/** What people know the record by, from the side that is still there. */
function nameOf({ local, remote }: LoadedPair): string | null {
  const record = local?.record ?? {};
  const fields = remote?.fields ?? {};
  const names = [
    [record.name],
    [record.number, record.client_name],
    [fields.TITLE],
    [fields.NAME, fields.LAST_NAME],
  ].map((parts) => parts.filter((part) => typeof part === 'string' && part !== '').join(' '));
  return names.find((name) => name !== '') ?? null;
}

function heldActionOf(item: Planned): HeldAction {
  return removalOf(item) ?? missing();
}

function idsOf({ localId, remoteId }: LoadedPair): { localId: number; remoteId: number } {
  return { localId: localId ?? missing(), remoteId: remoteId ?? missing() };
}

function missing(): never {
  throw new Error('A deletion is planned for pairs only');
}

function keyOf({ localId, remoteId }: { localId: number | null; remoteId: number | null }): string {
  return `${localId}:${remoteId}`;
}

function report({ log }: SyncDeps, tenantId: number, count: number): void {
  log.warn(
    { tenant_id: tenantId, operation: 'hold', result: 'held', count },
    `Придержано удалений: ${count}. За час их больше обычного — подтвердите или отмените их на странице «Обзор»`,
  );
}
