import type { Transaction } from 'sequelize';
import type { Database } from '../models/database.ts';
import { scopeQuery } from '../sync/load/scope-changes.ts';
import { changedKinds } from '../sync/plan/scope.ts';
import type { Settings } from '../sync/plan/settings.ts';
import { askForLook } from '../sync/queue/enqueue-linked.ts';
import { enqueueScopeChange } from '../sync/queue/enqueue-scope.ts';
import { settleScopeFaults } from '../sync/schema/scope-faults.ts';

/**
 * What follows from a scope that is saved: linked pairs that leave or come back are queued; CRM records that are inside now and have no
 * pair are found by a look from our side; faults of rules that are mended end. Repeat-safe.
 */
export async function carryOutScope(
  db: Database,
  tenantId: number,
  { before, after }: { before: Settings; after: Settings },
  transaction: Transaction,
): Promise<void> {
  const kinds = changedKinds(before.scope, after.scope);
  for (const entity of kinds) {
    await enqueueScopeChange(db, { tenantId, entity }, scopeQuery(tenantId, entity, after.scope[entity]), transaction);
  }
  if (kinds.length > 0) await askForLook(db, tenantId, transaction);
  await settleScopeFaults(db, tenantId, after, transaction);
}
