import type { Bitrix24Client, RemoteRecord } from '../../bitrix24/client.ts';
import { type Entity, entities } from '../../lib/records.ts';
import { type Database, queryRows } from '../../models/database.ts';
import { databaseName } from '../../models/database-name.ts';
import { formerOriginOf, type OriginOwner, originOf, readOrigin } from '../../sync/plan/origin-id.ts';

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
  const database = await databaseName(db);
  for (const entity of entities) {
    const records = sample.filter((record) => record.entity === entity);
    if (records.length > 0 && (await someIsThere(client, { database, tenantId, entity }, records))) return true;
  }
  return false;
}

async function someIsThere(
  client: Bitrix24Client,
  owner: OriginOwner,
  records: readonly MappedRecord[],
): Promise<boolean> {
  const interactive = { urgency: 'interactive' } as const;
  const { entity } = owner;
  const remoteIds = new Map(records.map((record) => [record.localId, record.remoteId]));
  const origins = records.flatMap(({ localId }) => [originOf(owner, localId), formerOriginOf(owner, localId)]);
  const found = await client.findByOrigin(entity, origins, interactive);
  const isOurs = (record: RemoteRecord) => {
    const origin = readOrigin(owner, record);
    if (origin.whose !== 'ours') return false;
    // The former form may be another database's.
    return !origin.former || remoteIds.get(origin.localId) === record.id;
  };
  if (found.some(isOurs)) return true;
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
