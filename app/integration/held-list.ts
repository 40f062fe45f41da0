import { offsetOf, type Page } from '../http/paging.ts';
import type { Entity } from '../lib/records.ts';
import { type Database, queryRows } from '../models/database.ts';
import { type HeldRow, heldColumns } from '../sync/journal/held-deletions.ts';

/** A held deletion in a list, with the mapping that leads to its record. */
export interface ListedHeld extends HeldRow {
  mapping_id: number | null;
}

export interface HeldFilter extends Page {
  entity?: Entity;
  state: HeldRow['state'];
}

/** One page of a tenant's held deletions, newest first, and how many there are in all. */
export async function listHeld(
  db: Database,
  tenantId: number,
  filter: HeldFilter,
): Promise<{ rows: ListedHeld[]; total: number }> {
  const bind = { tenantId, entity: filter.entity ?? null, state: filter.state };
  const where = 'tenant_id = $tenantId and state = $state and ($entity::text is null or entity = $entity)';
  const [counted] = await queryRows<{ total: number }>(
    db,
    `select count(*)::integer as total from sync_held where ${where}`,
    bind,
  );
  const rows = await queryRows<ListedHeld>(
    db,
    `select ${heldColumns},
            (select m.id from bitrix24_sync_mappings m
              where m.tenant_id = h.tenant_id and m.local_type = h.entity and m.local_id = h.local_id) as mapping_id
       from sync_held h where ${where} order by h.id desc limit $limit offset $offset`,
    { ...bind, limit: filter.limit, offset: offsetOf(filter) },
  );
  return { rows, total: counted?.total ?? 0 };
}

/** Ids of all that wait, oldest first; of one kind, or of every kind when null. */
export async function listHeldIds(db: Database, tenantId: number, entity: Entity | null): Promise<number[]> {
  const rows = await queryRows<{ id: number }>(
    db,
    `select id::float8 as id from sync_held
      where tenant_id = $tenantId and state = 'held' and ($entity::text is null or entity = $entity) order by id`,
    { tenantId, entity },
  );
  return rows.map(({ id }) => id);
}

/** One held deletion of the tenant, or null. */
export async function findHeld(db: Database, tenantId: number, id: number): Promise<HeldRow | null> {
  const [row] = await queryRows<HeldRow>(
    db,
    `select ${heldColumns} from sync_held where tenant_id = $tenantId and id = $id`,
    { tenantId, id },
  );
  return row ?? null;
}
