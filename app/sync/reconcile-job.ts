import type { Patience } from '../bitrix24/client.ts';
import type { TaskContext } from '../jobs/queue.ts';
import type { ReconcileOptions } from './reconcile.ts';

/** How long a slot that others wait for is lent to one portal, in ms: for an answer to a read, and to a write. */
const short = { readMs: 8000, writeMs: 10_000 };

export interface ReconcileJobDeps {
  /** Returns true when work is left. */
  reconcile(tenantId: number, options: ReconcileOptions): Promise<boolean>;
  /** The tenant's portal is slow: for some minutes it has the slots of slow ones. */
  markSlow(tenantId: number): Promise<void>;
  /** Wakes the tenants for the task of their most urgent due record. */
  wakeDue(tenantIds: readonly number[]): Promise<void>;
  /** Replaced in tests, which do not wait for ten seconds. */
  patience?: { readMs: number; writeMs: number };
}

/**
 * The job of all three tasks that reconcile. The urgent one does what people wait for and leaves the rest to the bulk one. In both a
 * portal that keeps us waiting ends the turn and moves its tenant to the slots of slow portals, where the full time-outs hold. Repeat-safe.
 */
export function makeReconcileJob({ reconcile, markSlow, wakeDue, patience = short }: ReconcileJobDeps) {
  return async (tenantId: number, { task, signal, log }: TaskContext): Promise<void> => {
    const slow = new AbortController();
    const limit: Patience = { ...patience, onSlow: () => slow.abort(new Error('The portal is slow')) };
    const isWorkLeft = await reconcile(tenantId, {
      signal: AbortSignal.any([signal, slow.signal]),
      log,
      urgentOnly: task === 'reconcile',
      ...(task !== 'reconcile_slow' && { patience: limit }),
    });
    if (slow.signal.aborted && !signal.aborted) {
      await markSlow(tenantId);
      log.info(
        { operation: 'reconcile', result: 'slow' },
        'Портал отвечает медленно: его очередь обрабатывается отдельно',
      );
    }
    if (isWorkLeft) await wakeDue([tenantId]);
  };
}
