import { containsPattern, offsetOf, type Page } from '../http/paging.ts';
import type { Entity } from '../lib/records.ts';
import { type Database, queryRows } from '../models/database.ts';

export interface MappingFilter extends Page {
  local_type?: Entity;
  state?: 'linked' | 'unlinked' | 'orphaned';
  /** Part of the local record's name, or an id of either side. */
  q?: string;
}

/** A mapping by the table's own column names; shadows are shown only where one pair is shown. */
export interface MappingRow {
  id: number;
  created_at: Date;
  updated_at: Date;
  tenant_id: number;
  local_type: Entity;
  local_id: number;
  local_name: string | null;
  bitrix24_type: string;
  bitrix24_id: string;
  last_sync_at: Date | null;
  sync_direction: string | null;
  state: 'linked' | 'unlinked' | 'orphaned';
  bitrix24_modified_at: Date | null;
}

const names = `left join objects o on m.local_type = 'object' and o.tenant_id = m.tenant_id and o.id = m.local_id
  left join users u on m.local_type = 'user' and u.tenant_id = m.tenant_id and u.id = m.local_id
  left join contracts c on m.local_type = 'contract' and c.tenant_id = m.tenant_id and c.id = m.local_id`;

const localName = `coalesce(o.name, u.name, concat_ws(' ', c.number, c.client_name))`;

const columns = `m.id, m.created_at, m.updated_at, m.tenant_id, m.local_type, m.local_id, nullif(${localName}, '') as local_name,
  m.bitrix24_type, m.bitrix24_id, m.last_sync_at, m.sync_direction, m.state, m.bitrix24_modified_at`;

/** One page of a tenant's mappings, newest first, and how many there are in all. */
export async function listMappings(
  db: Database,
  tenantId: number,
  filter: MappingFilter,
): Promise<{ rows: MappingRow[]; total: number }> {
  const bind = {
    tenantId,
    localType: filter.local_type ?? null,
    state: filter.state ?? null,
    q: filter.q ? containsPattern(filter.q) : null,
    id: filter.q ?? null,
  };
  const where = `m.tenant_id = $tenantId
    and ($localType::text is null or m.local_type = $localType)
    and ($state::text is null or m.state = $state)
    and ($q::text is null or ${localName} ilike $q or m.local_id::text = $id::text or m.bitrix24_id = $id::text)`;
  const [counted] = await queryRows<{ total: number }>(
    db,
    `select count(*)::integer as total from bitrix24_sync_mappings m ${names} where ${where}`,
    bind,
  );
  const rows = await queryRows<MappingRow>(
    db,
    `select ${columns} from bitrix24_sync_mappings m ${names} where ${where} order by m.id desc limit $limit offset $offset`,
    { ...bind, limit: filter.limit, offset: offsetOf(filter) },
  );
  return { rows, total: counted?.total ?? 0 };
}

/** One mapping of the tenant, or null. */
export async function findMapping(db: Database, tenantId: number, id: number): Promise<MappingRow | null> {
  const [row] = await queryRows<MappingRow>(
    db,
    `select ${columns} from bitrix24_sync_mappings m ${names} where m.tenant_id = $tenantId and m.id = $id`,
    { tenantId, id },
  );
  return row ?? null;
}
