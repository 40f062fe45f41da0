import { retryingTransaction } from '../../models/retrying-transaction.ts';
import { saveConflicts } from '../journal/sync-log.ts';
import { rememberSent } from '../load/mappings.ts';
import type { SyncContext } from '../pair.ts';
import { sentUpdateOf } from '../plan/sent-update.ts';
import type { Write } from './commands.ts';
import { type CommitDeps, conflictLine } from './pair-entries.ts';

/**
 * Commits before updates leave what is known of them then: what each sends, and the values of people that it writes over. The answer may
 * be lost, and the portal does not have those values any more. Repeat-safe: the same conflict stands once.
 */
export async function rememberUpdates(
  { db }: Pick<CommitDeps, 'db'>,
  context: SyncContext,
  writes: readonly Write[],
): Promise<void> {
  const updates = writes.flatMap(({ planned: { pair, plan } }) => {
    if (plan.action !== 'update' || !pair.mapping || !pair.local) return [];
    return [{ id: pair.mapping.id, sent: sentUpdateOf(plan.merge, pair.local.record) }];
  });
  const conflicts = writes.flatMap(({ planned: { pair, plan } }) => {
    if (plan.action !== 'update' && plan.action !== 'link') return [];
    const lost = plan.merge.conflicts.filter(({ winner }) => winner === 'crm');
    return lost.map((conflict) => conflictLine(context, pair, conflict));
  });
  await retryingTransaction(db, async (transaction) => {
    await rememberSent(db, context.tenantId, updates, transaction);
    await saveConflicts(db, context.tenantId, conflicts, transaction);
  });
}
