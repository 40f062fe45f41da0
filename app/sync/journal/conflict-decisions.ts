import type { Transaction } from 'sequelize';
import { type Database, queryRows } from '../../models/database.ts';

export interface ConflictDecision {
  id: number;
  keep: 'crm' | 'bitrix24';
  decided_by: string;
  created_at: Date;
  undone_at: Date | null;
}

/** Opens a decision that a person takes about conflicts; returns its id. */
export async function openDecision(
  db: Database,
  tenantId: number,
  { keep, actor }: { keep: 'crm' | 'bitrix24'; actor: string },
  transaction?: Transaction,
): Promise<number> {
  const [row] = await queryRows<{ id: number }>(
    db,
    `insert into conflict_decisions (tenant_id, keep, decided_by) values ($tenantId, $keep, left($actor::text, 255)) returning id`,
    { tenantId, keep, actor },
    transaction,
  );
  if (!row) throw new Error('The decision was not stored');
  return row.id;
}

/** A tenant's decision, or null. */
export async function findDecision(db: Database, tenantId: number, id: number): Promise<ConflictDecision | null> {
  const [row] = await queryRows<ConflictDecision>(
    db,
    'select id, keep, decided_by, created_at, undone_at from conflict_decisions where tenant_id = $tenantId and id = $id',
    { tenantId, id },
  );
  return row ?? null;
}

/** Notes that a decision was taken back. Repeat-safe. */
export async function endDecision(db: Database, tenantId: number, id: number): Promise<void> {
  await queryRows(
    db,
    'update conflict_decisions set undone_at = coalesce(undone_at, now()) where tenant_id = $tenantId and id = $id',
    { tenantId, id },
  );
}

/** What a person decided about a conflict. */
export interface Decided {
  id: number;
  keep: 'crm' | 'bitrix24';
  actor: string;
  decisionId: number;
}

/** Closes an open conflict as it was decided. Repeat-safe. */
export async function closeDecided(
  db: Database,
  tenantId: number,
  { id, keep, actor, decisionId }: Decided,
  transaction: Transaction,
): Promise<void> {
  await queryRows(
    db,
    `update sync_conflicts set state = 'resolved', resolved_at = now(), decision = $keep, decided_by = left($actor::text, 255),
            decision_id = $decisionId
      where tenant_id = $tenantId and id = $id and state = 'open'`,
    { tenantId, id, keep, actor, decisionId },
    transaction,
  );
}

/** Opens a decided conflict again, as if nothing had been decided. Repeat-safe. */
export async function reopenConflict(
  db: Database,
  tenantId: number,
  id: number,
  transaction: Transaction,
): Promise<void> {
  await queryRows(
    db,
    `update sync_conflicts set state = 'open', resolved_at = null, decision = null, decided_by = null, decision_id = null
      where tenant_id = $tenantId and id = $id and state = 'resolved'`,
    { tenantId, id },
    transaction,
  );
}
