import type { Transaction } from 'sequelize';
import type { Entity } from '../../lib/records.ts';
import { type Database, queryRows } from '../../models/database.ts';

/** Something that an undo left as it is. */
export interface UndoLeft {
  logId: number;
  entity: Entity;
  localId: number | null;
  remoteId: number | null;
  /** Null: the record as a whole. */
  field: string | null;
  reason: string;
  side: 'crm' | 'bitrix24' | null;
  /** Who has changed it since: a token's `sub`, or an employee of the portal as `bitrix24:<id>`; null: not known. */
  actor: string | null;
}

export async function saveLeft(
  db: Database,
  { tenantId, runId }: { tenantId: number; runId: number },
  left: readonly UndoLeft[],
  transaction: Transaction,
): Promise<void> {
  if (left.length === 0) return;
  await queryRows(
    db,
    `insert into sync_undo_left (tenant_id, run_id, log_id, entity, local_id, bitrix24_id, field, reason, side, actor)
     select $tenantId, $runId, "logId", entity, "localId", "remoteId", field, reason, side, actor
       from jsonb_to_recordset($left::jsonb) as r ("logId" bigint, entity text, "localId" integer, "remoteId" text, field text,
            reason text, side text, actor text)`,
    { tenantId, runId, left: JSON.stringify(left) },
    transaction,
  );
}

/** One page of what an undo left, in the order in which it was found, and how much it is in all. */
export async function listLeft(
  db: Database,
  { tenantId, runId }: { tenantId: number; runId: number },
  { limit, offset }: { limit: number; offset: number },
): Promise<{ rows: UndoLeft[]; total: number }> {
  const where = 'tenant_id = $tenantId and run_id = $runId';
  const [counted] = await queryRows<{ total: number }>(
    db,
    `select count(*)::integer as total from sync_undo_left where ${where}`,
    { tenantId, runId },
  );
  const rows = await queryRows<UndoLeft>(
    db,
    `select log_id::float8 as "logId", entity, local_id as "localId", bitrix24_id::integer as "remoteId", field, reason, side, actor
       from sync_undo_left where ${where} order by id limit $limit offset $offset`,
    { tenantId, runId, limit, offset },
  );
  return { rows, total: counted?.total ?? 0 };
}
