import type { Transaction } from 'sequelize';
import type { Entity } from '../../lib/records.ts';
import { type Database, queryRows } from '../../models/database.ts';

/** A field about which a person is asked, with both its canonical values as they are now. */
export interface AskedLine {
  entity: Entity;
  localId: number;
  remoteId: number;
  key: string;
  localValue: string | null;
  remoteValue: string | null;
  /** When each record was last changed, and by whom in the portal, as far as that is known. */
  localChangedAt: Date | null;
  remoteChangedAt: Date | null;
  remoteChangedBy: string | null;
}

/**
 * Keeps one open conflict for every field about which a person is asked, with the values of now. What was decided about other values is
 * open again. Repeat-safe.
 */
export async function saveAsked(
  db: Database,
  tenantId: number,
  lines: readonly AskedLine[],
  transaction: Transaction,
): Promise<void> {
  if (lines.length === 0) return;
  await queryRows(
    db,
    `insert into sync_conflicts as c (tenant_id, entity, local_id, bitrix24_id, field, local_value, bitrix24_value, winner, policy,
            standing, local_changed_at, bitrix24_changed_at, bitrix24_changed_by)
     select $tenantId, entity, "localId", "remoteId", key, "localValue", "remoteValue", 'none', 'ask', true,
            "localChangedAt", "remoteChangedAt", "remoteChangedBy"
       from jsonb_to_recordset($lines::jsonb) as r (entity text, "localId" integer, "remoteId" text, key text,
            "localValue" jsonb, "remoteValue" jsonb, "localChangedAt" timestamptz, "remoteChangedAt" timestamptz,
            "remoteChangedBy" text)
      order by entity, "localId", key
     on conflict (tenant_id, entity, local_id, field) where standing do update
        set bitrix24_id = excluded.bitrix24_id, local_value = excluded.local_value, bitrix24_value = excluded.bitrix24_value,
            local_changed_at = excluded.local_changed_at, bitrix24_changed_at = excluded.bitrix24_changed_at,
            bitrix24_changed_by = excluded.bitrix24_changed_by, state = 'open', resolved_at = null, decision = null,
            decided_by = null
      where (c.local_value, c.bitrix24_value, c.bitrix24_id)
            is distinct from (excluded.local_value, excluded.bitrix24_value, excluded.bitrix24_id)`,
    { tenantId, lines: JSON.stringify(lines) },
    transaction,
  );
}

/** The fields of one record about which nothing is to be asked any more: they are equal, decided by now, or gone. */
export interface SettledFields {
  entity: Entity;
  localId: number;
  keys: readonly string[];
}

/** Closes what was asked about these fields. Repeat-safe. */
export async function settleAsked(
  db: Database,
  tenantId: number,
  settled: readonly SettledFields[],
  transaction: Transaction,
): Promise<void> {
  if (settled.length === 0) return;
  const rows = settled.flatMap(({ entity, localId, keys }) => keys.map((key) => ({ entity, localId, key })));
  await queryRows(
    db,
    `update sync_conflicts c
        set standing = false, state = 'resolved', resolved_at = coalesce(c.resolved_at, now())
       from jsonb_to_recordset($rows::jsonb) as r (entity text, "localId" integer, key text)
      where c.standing and c.tenant_id = $tenantId and (c.entity, c.local_id, c.field) = (r.entity, r."localId", r.key)`,
    { tenantId, rows: JSON.stringify(rows) },
    transaction,
  );
}

/** Closes everything that was asked about one record: it is no longer linked. Repeat-safe. */
export async function settleRecord(
  db: Database,
  tenantId: number,
  { entity, localId }: { entity: Entity; localId: number },
  transaction: Transaction,
): Promise<void> {
  await queryRows(
    db,
    `update sync_conflicts set standing = false, state = 'resolved', resolved_at = coalesce(resolved_at, now())
      where standing and tenant_id = $tenantId and entity = $entity and local_id = $localId`,
    { tenantId, entity, localId },
    transaction,
  );
}
