import type { Entity } from '../lib/records.ts';
import { type Database, queryRows } from '../models/database.ts';

/** How far the searches have surely seen one kind of the portal's records. */
export interface Watermark {
  /** Every change up to this moment of the portal's clock. */
  seenUntil: Date;
  /** Every record up to this id; null while nothing is linked. */
  highestId: number | null;
}

/** Before the first sweep: since the connection was made, and the ids above those that are linked. */
export async function readWatermark(db: Database, tenantId: number, entity: Entity): Promise<Watermark> {
  const [row] = await queryRows<{ seen_until: Date; highest_id: string | null }>(
    db,
    `select coalesce(w.seen_until, (select min(created_at) from bitrix24_connections where tenant_id = $tenantId), now())
              as seen_until,
            coalesce(w.highest_id, (select max(bitrix24_key) from bitrix24_sync_mappings
                                     where tenant_id = $tenantId and local_type = $entity)) as highest_id
       from (select 1) one left join sync_watermarks w on w.tenant_id = $tenantId and w.entity = $entity`,
    { tenantId, entity },
  );
  return {
    seenUntil: row?.seen_until ?? new Date(0),
    highestId: row?.highest_id == null ? null : Number(row.highest_id),
  };
}

/** Repeat-safe; the highest id never goes back. */
export async function saveWatermark(
  db: Database,
  tenantId: number,
  entity: Entity,
  { seenUntil, highestId }: Watermark,
): Promise<void> {
  await queryRows(
    db,
    `insert into sync_watermarks as w (tenant_id, entity, seen_until, highest_id)
     values ($tenantId, $entity, $seenUntil, $highestId)
     on conflict (tenant_id, entity) do update
        set seen_until = excluded.seen_until, highest_id = greatest(w.highest_id, excluded.highest_id)`,
    { tenantId, entity, seenUntil, highestId },
  );
}
