import { UniqueConstraintError } from 'sequelize';
import { retryingTransaction } from '../../models/retrying-transaction.ts';
import type { SyncDeps } from '../deps.ts';
import { tieMatched } from '../load/first-links.ts';
import type { LocalTarget } from '../load/local-rows.ts';
import type { Planned } from '../plan/plan-pair.ts';

/**
 * Ties pairs that were just found to be the same, before the portal is told: a worker that is killed in between goes on with the first
 * link, and the database itself keeps two records of ours from one of the portal's. What another worker has tied meanwhile is left out and
 * stays queued. `planned` is of one kind. Repeat-safe.
 */
export async function tieMatches(
  deps: Pick<SyncDeps, 'db'>,
  { tenantId, entity }: LocalTarget,
  planned: readonly Planned[],
): Promise<Planned[]> {
  const found = planned.filter(({ pair, plan }) => plan.action === 'link' && pair.matched && !pair.mapping?.matched);
  if (found.length === 0) return [...planned];
  const ties = found.flatMap(({ pair }) =>
    pair.local && pair.remoteId !== null ? [{ localId: pair.local.id, remoteId: pair.remoteId }] : [],
  );
  try {
    await retryingTransaction(deps.db, (transaction) => tieMatched(deps.db, { tenantId, entity }, ties, transaction));
    return [...planned];
  } catch (error) {
    if (!(error instanceof UniqueConstraintError)) throw error;
    if (ties.length > 1) {
      const rest = planned.filter((item) => !found.includes(item));
      const tied: Planned[] = [];
      for (const item of found) tied.push(...(await tieMatches(deps, { tenantId, entity }, [item])));
      return [...rest, ...tied];
    }
    return planned.filter((item) => !found.includes(item));
  }
}
