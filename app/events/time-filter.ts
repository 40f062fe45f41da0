import type { Bitrix24Client, CallOptions } from '../bitrix24/client.ts';
import { type Entity, entities } from '../lib/records.ts';
import { type Database, queryRows } from '../models/database.ts';

/** What the portal makes of a filter on the time of change; `ignored` too when it shifts the time. */
export type TimeFilter = 'honoured' | 'ignored';

const effective = 'select tenant_id, kind from bitrix24_effective_connections where tenant_id = $tenantId';

/**
 * Whether the portal's lists can be asked for changes since a moment. Proved once for a connection, on a linked record whose time of
 * change is known; taken as honoured while there is none. Throws `Bitrix24Error`.
 */
export async function timeFilterOf(
  db: Database,
  client: Bitrix24Client,
  tenantId: number,
  options: CallOptions,
): Promise<TimeFilter> {
  return (await readKnown(db, tenantId)) ?? (await proveTimeFilter(db, client, tenantId, options)) ?? 'honoured';
}

/** Proves it now and remembers the outcome; null while no record is linked that it could be proved on. Throws `Bitrix24Error`. */
export async function proveTimeFilter(
  db: Database,
  client: Bitrix24Client,
  tenantId: number,
  options: CallOptions,
): Promise<TimeFilter | null> {
  for (const entity of entities) {
    const record = await findNewest(db, tenantId, entity);
    const proved = record && (await client.proveTimeFilter(entity, record, options));
    if (!proved) continue;
    await queryRows(
      db,
      `update bitrix24_connections set time_filter = $proved where (tenant_id, kind) in (${effective})`,
      { tenantId, proved },
    );
    return proved;
  }
  return null;
}

async function readKnown(db: Database, tenantId: number): Promise<TimeFilter | null> {
  const [row] = await queryRows<{ known: TimeFilter | null }>(
    db,
    `select time_filter as known from bitrix24_connections where (tenant_id, kind) in (${effective})`,
    { tenantId },
  );
  return row?.known ?? null;
}

/** Linked last, so most likely unchanged since. */
async function findNewest(
  db: Database,
  tenantId: number,
  entity: Entity,
): Promise<{ id: number; modifiedAt: Date } | null> {
  const [row] = await queryRows<{ id: string; modifiedAt: Date }>(
    db,
    `select bitrix24_id as id, bitrix24_modified_at as "modifiedAt" from bitrix24_sync_mappings
      where tenant_id = $tenantId and local_type = $entity and state = 'linked' and bitrix24_modified_at is not null
      order by bitrix24_modified_at desc limit 1`,
    { tenantId, entity },
  );
  return row ? { id: Number(row.id), modifiedAt: row.modifiedAt } : null;
}
