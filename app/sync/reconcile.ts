import type { Patience } from '../bitrix24/client.ts';
import type { Log } from '../lib/log.ts';
import { StepConcurrency } from './apply/step-concurrency.ts';
import type { SyncDeps } from './deps.ts';
import { openFaultGate } from './faults/fault-gate.ts';
import { handleRequestFailure } from './faults/outage-policy.ts';
import { finishRuns } from './journal/run-counters.ts';
import { Turn } from './turn.ts';

export interface ReconcileOptions {
  signal: AbortSignal;
  log: Log;
  /** Only what a person waits for; bulk work is left to another job. */
  urgentOnly?: boolean;
  /** How long the portal may take; absent: the full time-outs. */
  patience?: Patience;
}

/**
 * The job that brings one tenant's due record pairs together: reads both sides, plans, applies, until nothing is due. Runs one at a time
 * per tenant (the job queue sees to that). Repeat-safe: it may be killed and started again at any instant. Returns true when work is left
 * for another turn.
 */
export function makeReconcile(deps: SyncDeps): (tenantId: number, options: ReconcileOptions) => Promise<boolean> {
  // What a portal bears is learned once, not in each turn.
  const learned = new Map<number, StepConcurrency>();
  return async (tenantId, { log, ...options }) => {
    const { signal } = options;
    const connection = await deps.connections.find(tenantId);
    if (connection?.state !== 'active') return false;
    if (connection.pausedUntil && connection.pausedUntil > deps.clock.now()) return false;
    const own: SyncDeps = { ...deps, log };
    const concurrency = learned.get(tenantId) ?? new StepConcurrency();
    learned.set(tenantId, concurrency);
    const gate = await openFaultGate(own, tenantId);
    const leaveUrgent = options.urgentOnly ? deps.bulkTurns?.enterUrgent() : undefined;
    try {
      let isPaused = connection.pauseFailures > 0;
      const portalAnswered = async () => {
        if (isPaused) await deps.connections.clearPause(tenantId);
        isPaused = false;
      };
      const turn = new Turn({ ...own, gate, portalAnswered }, { ...options, tenantId, concurrency });
      const isWorkLeft = await turn.run();
      if (!signal.aborted) await portalAnswered();
      return isWorkLeft;
    } catch (error) {
      if (signal.aborted) return true;
      await handleRequestFailure(own, tenantId, connection.pauseFailures, error);
      return false;
    } finally {
      leaveUrgent?.();
      if (!signal.aborted) await announceFinished(own, tenantId);
    }
  };
}

async function announceFinished(deps: SyncDeps, tenantId: number): Promise<void> {
  for (const run of await finishRuns(deps.db, tenantId)) {
    deps.log.info(
      { tenant_id: tenantId, operation: 'run', run_id: run.id, result: 'ok' },
      `Синхронизация ${run.id} завершена`,
    );
  }
}
