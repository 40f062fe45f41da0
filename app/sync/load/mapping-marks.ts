import type { Transaction } from 'sequelize';
import { type Database, queryRows, tenantRecords } from '../../models/database.ts';
import type { Facts } from '../plan/scope.ts';

/** A linked Bitrix24 record that was read and found equal. */
export interface SeenRecord {
  id: number;
  modifiedAt: Date;
  createdAt: Date | null;
  readAt: Date;
  scopeFacts: Facts;
}

/**
 * Remembers up to which change of the portal's record a pair is known to be equal, so that a sweep passes it over. What was found equal
 * takes part.
 */
export async function touchMappings(
  db: Database,
  tenantId: number,
  seen: readonly SeenRecord[],
  transaction: Transaction,
): Promise<void> {
  if (seen.length === 0) return;
  await queryRows(
    db,
    `with seen as ${tenantRecords('seen', 'id integer, "modifiedAt" timestamptz, "createdAt" timestamptz, "readAt" timestamptz, "scopeFacts" jsonb')}
     update bitrix24_sync_mappings m set bitrix24_modified_at = r."modifiedAt", last_sync_at = r."readAt",
            bitrix24_created_at = coalesce(m.bitrix24_created_at, r."createdAt"), scope_facts = r."scopeFacts", excluded = null
       from seen r where (m.tenant_id, m.id) = (r.tenant_id, r.id)`,
    { tenantId, seen: JSON.stringify(seen) },
    transaction,
  );
}

/** A pair that is outside of the scope. */
export interface OutsidePair {
  /** Of its mapping. */
  id: number;
  /** The rule that it does not fit. */
  excluded: string;
  /** What the Bitrix24 record was read with; null: it may have changed since it was last read. */
  scopeFacts: Facts | null;
  /** It keeps what is known of the Bitrix24 record: that was not read, and nothing was told of it. */
  keepsFacts: boolean;
  /** It is linked no more. */
  ends: boolean;
}

/** Marks pairs that do not take part; their shadows stay, so that one that comes back is merged. Repeat-safe. */
export async function markOutside(
  db: Database,
  tenantId: number,
  pairs: readonly OutsidePair[],
  transaction: Transaction,
): Promise<void> {
  if (pairs.length === 0) return;
  await queryRows(
    db,
    `with outside as ${tenantRecords('pairs', 'id integer, excluded text, "scopeFacts" jsonb, "keepsFacts" boolean, ends boolean')}
     update bitrix24_sync_mappings m set excluded = r.excluded,
            scope_facts = case when r."keepsFacts" then m.scope_facts else nullif(r."scopeFacts", 'null') end,
            state = case when r.ends and m.state = 'linked' then 'unlinked' else m.state end,
            updated_at = case when r.ends and m.state = 'linked' then now() else m.updated_at end
       from outside r where (m.tenant_id, m.id) = (r.tenant_id, r.id)`,
    { tenantId, pairs: JSON.stringify(pairs) },
    transaction,
  );
}
