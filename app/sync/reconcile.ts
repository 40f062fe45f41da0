import type { Bitrix24Client, CallOptions } from '../bitrix24/client.ts';
import { fieldMapFor } from '../field-maps/custom.ts';
import type { Log } from '../lib/log.ts';
import type { Entity } from '../lib/records.ts';
import { queryRows } from '../models/database.ts';
import { applyPlans } from './apply/apply-plans.ts';
import type { SyncDeps } from './deps.ts';
import { handleRequestFailure } from './faults/outage-policy.ts';
import { finishRuns } from './journal/run-counters.ts';
import { reportDuplicates, setAsideVanished } from './load/deletion-guard.ts';
import { loadPairs } from './load/load-pairs.ts';
import { readSettings } from './load/read-settings.ts';
import { planPair } from './plan/plan-pair.ts';
import { claimDue, postpone, priorities, type QueueRow } from './queue/sync-queue.ts';
import { advanceRun } from './runs/run-scan.ts';

/** Rows of one pass: their Bitrix24 sides are read in one request. */
const chunkSize = 500;

/** A tenant with much to do gives the worker back after this long and takes its turn again. */
const turnMs = 30_000;

export interface ReconcileOptions {
  signal: AbortSignal;
  log: Log;
}

/**
 * Makes the job that brings one tenant's due record pairs together: reads both sides, plans, applies, until nothing is due.
 * Runs one at a time per tenant (the job queue sees to that). Repeat-safe: it is killed and started again at any instant.
 * Returns true when work is left for another turn.
 */
export function makeReconcile(deps: SyncDeps): (tenantId: number, options: ReconcileOptions) => Promise<boolean> {
  return async (tenantId, { signal, log }) => {
    const own: SyncDeps = { ...deps, log };
    const endOfTurn = deps.clock.now().getTime() + turnMs;
    // A row that a writer holds locked cannot be removed: it is looked at once a turn, not in a tight loop of requests.
    const handled = new Map<string, number>();
    let held = 0;
    while (!signal.aborted) {
      const connection = await deps.connections.find(tenantId);
      if (connection?.state !== 'active') return false;
      if (connection.pausedUntil && connection.pausedUntil > deps.clock.now()) return false;
      const limit = chunkSize + held;
      const due = await claimDue(deps.db, tenantId, limit);
      const fresh = due.filter((row) => handled.get(keyOf(row)) !== row.changes);
      // Held rows must not hide the due ones behind them.
      const wasHeld = held;
      held = due.length - fresh.length;
      // One kind at a time: a deal must find the company that was made a moment ago.
      const rows = fresh.filter((row) => row.entity === fresh[0]?.entity);
      for (const row of rows) handled.set(keyOf(row), row.changes);
      try {
        const client = await deps.clientFor(tenantId);
        if (rows.length > 0) await reconcileChunk(own, client, tenantId, rows, signal);
        const scanned = due.length < limit && (await advanceRun(own, client, tenantId, { signal }));
        if (connection.pauseFailures > 0) await deps.connections.clearPause(tenantId);
        await announceFinished(own, tenantId);
        if (rows.length === 0 && !scanned && held === wasHeld) return false;
      } catch (error) {
        if (signal.aborted) return true;
        await handleRequestFailure(own, tenantId, connection.pauseFailures, error);
        return false;
      }
      if (deps.clock.now().getTime() > endOfTurn) return true;
    }
    return true;
  };
}

function keyOf(row: QueueRow): string {
  return `${row.entity}:${row.side}:${row.recordId}`;
}

async function reconcileChunk(
  deps: SyncDeps,
  client: Bitrix24Client,
  tenantId: number,
  rows: readonly QueueRow[],
  signal: AbortSignal,
): Promise<void> {
  const entity = rows[0]?.entity as Entity;
  const options: CallOptions = { signal, interactive: rows.some((row) => row.priority === priorities.interactive) };
  const settings = await readSettings(deps, tenantId);
  const context = { tenantId, settings, fieldMap: fieldMapFor(entity, settings.field_map[entity]) };

  const { pairs, waiting, vanished } = await loadPairs(deps, client, tenantId, entity, rows, options);
  await postpone(
    deps.db,
    tenantId,
    waiting.map(({ row, until }) => ({ ...row, dueAt: until, sent: true })),
  );
  await setAsideVanished(deps, tenantId, entity, vanished);
  await reportDuplicates(deps, tenantId, pairs);
  const silentRuns = await findSilentRuns(deps, tenantId);
  const planned = pairs.map((pair) => planPair(context, pair));
  await applyPlans(deps, { ...context, client, options, silentRuns }, planned);
}

async function findSilentRuns(deps: SyncDeps, tenantId: number): Promise<Set<number>> {
  const rows = await queryRows<{ id: number }>(
    deps.db,
    `select id from sync_runs where tenant_id = $tenantId and state = 'running' and silent`,
    { tenantId },
  );
  return new Set(rows.map((row) => row.id));
}

async function announceFinished(deps: SyncDeps, tenantId: number): Promise<void> {
  for (const run of await finishRuns(deps.db, tenantId)) {
    deps.log.info(
      { tenant_id: tenantId, operation: 'run', run_id: run.id, result: 'ok' },
      `Синхронизация ${run.id} завершена`,
    );
  }
}
