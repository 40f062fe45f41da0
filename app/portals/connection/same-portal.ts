import type { Bitrix24Client } from '../../bitrix24/client.ts';
import { type Entity, entities } from '../../lib/records.ts';
import { type Database, queryRows } from '../../models/database.ts';
import { localIdOf, originOf } from '../../sync/plan/origin-id.ts';

/** Enough to tell two portals apart, few enough for one request a kind. */
const sampleSize = 50;

interface MappedRecord {
  entity: Entity;
  localId: number;
  remoteId: number;
  modifiedAt: Date | null;
}

/**
 * Tells whether a portal is the one that the tenant's mappings speak of, although its address is new or unknown: some of up
 * to fifty mapped records must be there, with our origin, or under the same id with the same time of change (a record that was
 * linked, not made by us, carries no origin). True when there are no mappings at all.
 */
export async function isSamePortal(db: Database, client: Bitrix24Client, tenantId: number): Promise<boolean> {
  const sample = await queryRows<MappedRecord>(
    db,
    `select local_type as entity, local_id as "localId", bitrix24_key::integer as "remoteId",
            bitrix24_modified_at as "modifiedAt"
       from bitrix24_sync_mappings where tenant_id = $tenantId and bitrix24_key is not null
      order by state = 'linked' desc, last_sync_at desc nulls last, id desc limit ${sampleSize}`,
    { tenantId },
  );
  if (sample.length === 0) return true;
  for (const entity of entities) {
    const records = sample.filter((record) => record.entity === entity);
    if (records.length > 0 && (await someIsThere(client, tenantId, entity, records))) return true;
  }
  return false;
}

async function someIsThere(
  client: Bitrix24Client,
  tenantId: number,
  entity: Entity,
  records: readonly MappedRecord[],
): Promise<boolean> {
  const interactive = { urgency: 'interactive' } as const;
  const origins = records.map((record) => originOf(tenantId, entity, record.localId));
  const found = await client.findByOrigin(entity, origins, interactive);
  if (found.some((record) => localIdOf(tenantId, entity, record) !== null)) return true;
  const byId = await client.read(
    entity,
    records.map((record) => record.remoteId),
    interactive,
  );
  return records.some((record) => {
    const modifiedAt = byId.get(record.remoteId)?.modifiedAt;
    return modifiedAt !== undefined && modifiedAt.getTime() === record.modifiedAt?.getTime();
  });
}
