import type { SyncDeps } from '../deps.ts';
import { postpone } from '../queue/put-off.ts';
import { markCreatesSent, priorities } from '../queue/sync-queue.ts';
import type { Create } from './commands.ts';

/**
 * Commits the intent of creates before their request leaves: after a crash the row tells that the portal may hold the record. A local row
 * that is inserted only to carry the mark joins its pair. Returns the creates that may be sent: one whose row another program holds locked,
 * and one whose record was linked with another one since the pair was read, stay queued.
 */
export async function markSent(deps: SyncDeps, tenantId: number, creates: readonly Create[]): Promise<Create[]> {
  if (creates.length === 0) return [];
  const marked = await markCreatesSent(
    deps.db,
    tenantId,
    creates.map(({ planned: { pair }, localId, values }) => ({
      ...{ entity: pair.entity, localId, values },
      linkedWith: pair.mapping?.remoteId ?? null,
    })),
  );
  const byLocal = new Map(marked.map((row) => [row.recordId, row]));
  for (const { planned, localId, values } of creates) {
    const { entity, rows } = planned.pair;
    const row = byLocal.get(localId);
    if (!row || rows.some(({ side }) => side === 'local')) continue;
    rows.push({
      entity,
      side: 'local',
      recordId: localId,
      // A row that was queued after the pair had been read has something newer to say: only its mark is ours.
      changes: row.isNew ? row.changes : 0,
      reason: 'create',
      runId: null,
      attempts: 0,
      priority: priorities.change,
      createSentAt: deps.clock.now(),
      createValues: values,
      dueAt: deps.clock.now(),
    });
  }
  return creates.filter(({ localId }) => byLocal.has(localId));
}

/** Creates that were certainly not executed: their rows are due again as if nothing had been sent. */
export async function unmarkSent(deps: SyncDeps, tenantId: number, creates: readonly Create[]): Promise<void> {
  const dueAt = deps.clock.now();
  const rows = creates.flatMap(({ planned }) => planned.pair.rows).map((row) => ({ ...row, dueAt, sent: false }));
  await postpone(deps.db, tenantId, rows);
}
