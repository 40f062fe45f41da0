import type { Transaction } from 'sequelize';
import type { Entity } from '../../lib/records.ts';
import { type Database, queryRows } from '../../models/database.ts';
import type { DoneRow, HandledRow } from '../queue/sync-queue.ts';

/** What became of one queued record, as a run counts it. */
export type RunOutcome = 'created' | 'updated' | 'unchanged' | 'skipped' | 'excluded' | 'failed';

export interface RunTick {
  row: DoneRow;
  outcome: RunOutcome;
  conflicts: number;
  error?: { local_id: number | null; bitrix24_id: number | null; code: string; message: string };
}

interface RunTotals {
  counts: Record<RunOutcome | 'done' | 'conflicts', number>;
  synced: Record<Entity, number>;
  errors: unknown[];
}

/** How many errors a run shows; the rest are in the error table. */
const shownErrors = 20;

/** Ticks of rows that left the queue: one that a writer holds just now stays there and is counted when its turn comes again. */
export function ticksOf(handled: readonly HandledRow[], ticks: readonly RunTick[]): RunTick[] {
  const keys = new Set(handled.map(keyOf));
  return ticks.filter((tick) => keys.has(keyOf(tick.row)));
}

function keyOf({ entity, side, recordId }: HandledRow): string {
  return `${entity}:${side}:${recordId}`;
}

/** Adds what a chunk did to the runs that asked for it. */
export async function countRuns(
  db: Database,
  tenantId: number,
  ticks: readonly RunTick[],
  transaction: Transaction,
): Promise<void> {
  for (const [runId, totals] of totalsByRun(ticks)) {
    await queryRows(
      db,
      `update sync_runs set done = done + $done, created = created + $created, updated = updated + $updated,
              unchanged = unchanged + $unchanged, skipped = skipped + $skipped, excluded = excluded + $excluded, failed = failed + $failed,
              conflicts = conflicts + $conflicts,
              done_by_entity = jsonb_build_object(
                'object', coalesce((done_by_entity ->> 'object')::integer, 0) + $objects,
                'user', coalesce((done_by_entity ->> 'user')::integer, 0) + $users,
                'contract', coalesce((done_by_entity ->> 'contract')::integer, 0) + $contracts),
              errors = (select coalesce(jsonb_agg(e), '[]') from (
                          select e from jsonb_array_elements(errors || $errors::jsonb) e limit ${shownErrors}) shown)
        where tenant_id = $tenantId and id = $runId`,
      {
        ...totals.counts,
        tenantId,
        runId,
        objects: totals.synced.object,
        users: totals.synced.user,
        contracts: totals.synced.contract,
        errors: JSON.stringify(totals.errors),
      },
      transaction,
    );
  }
}

/** A run is finished when its scan is done and none of its records waits in the queue any more. */
export async function finishRuns(db: Database, tenantId: number): Promise<{ id: number }[]> {
  return queryRows<{ id: number }>(
    db,
    `update sync_runs r set state = 'finished', finished_at = now()
      where tenant_id = $tenantId and state = 'running' and scan is null
        and not exists (select 1 from sync_queue q where q.run_id = r.id)
     returning id`,
    { tenantId },
  );
}

function totalsByRun(ticks: readonly RunTick[]): Map<number, RunTotals> {
  const runs = new Map<number, RunTotals>();
  for (const tick of ticks) {
    const { runId, entity } = tick.row;
    if (runId === null) continue;
    const totals = runs.get(runId) ?? emptyTotals();
    totals.counts.done += 1;
    totals.counts[tick.outcome] += 1;
    totals.counts.conflicts += tick.conflicts;
    if (tick.outcome !== 'failed' && tick.outcome !== 'skipped' && tick.outcome !== 'excluded')
      totals.synced[entity] += 1;
    if (tick.error) totals.errors.push({ entity, ...tick.error });
    runs.set(runId, totals);
  }
  return runs;
}

function emptyTotals(): RunTotals {
  return {
    counts: { done: 0, created: 0, updated: 0, unchanged: 0, skipped: 0, excluded: 0, failed: 0, conflicts: 0 },
    synced: { object: 0, user: 0, contract: 0 },
    errors: [],
  };
}
