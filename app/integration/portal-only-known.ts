import type { ListedRecord } from '../bitrix24/client.ts';
import { type Entity, pairKinds } from '../lib/records.ts';
import { type Database, queryRows } from '../models/database.ts';
import { databaseName } from '../models/database-name.ts';
import { findFormerMappings } from '../sync/load/former-mappings.ts';
import { type Origin, readOrigin } from '../sync/plan/origin-id.ts';
import { findMarked } from '../sync/queue/sync-queue.ts';

/** Whose records are looked at, and in which portal. */
export interface PortalTarget {
  tenantId: number;
  entity: Entity;
  portal: string;
}

/** What is known of listed records here. */
export interface KnownOfPortal {
  /** Ids that a mapping of the company names, in whatever state it is, or a link of another company in the same portal. */
  taken: ReadonlySet<number>;
  /** CRM records that have a mapping, or whose create is under way: what names one of them is theirs, or a copy of it. */
  standing: ReadonlySet<number>;
  /** Ids that were linked here once and are not now. */
  former: ReadonlySet<number>;
}

/** The records that stand for no record of the CRM, in their order. Records of other companies of ours and of other databases are no part of them. */
export async function leaveOutKnown<Listed extends Pick<ListedRecord, 'id' | 'originatorId' | 'originId'>>(
  db: Database,
  target: PortalTarget,
  records: readonly Listed[],
): Promise<Listed[]> {
  if (records.length === 0) return [];
  const owner = { database: await databaseName(db), tenantId: target.tenantId, entity: target.entity };
  const named = records.map((record) => ({ record, origin: readOrigin(owner, record) }));
  const localIds = named.flatMap(({ origin }) => (origin.whose === 'ours' ? [origin.localId] : []));
  const ids = records.map(({ id }) => id);
  const known = await readKnown(db, target, { ids, localIds });
  return named.filter(({ record, origin }) => isFree(record.id, origin, known)).map(({ record }) => record);
}

/** Whether a record stands for none of the CRM. An origin in the former form may be another database's: a link of ours has to vouch for it. Pure. */
export function isFree(id: number, origin: Origin, { taken, standing, former }: KnownOfPortal): boolean {
  if (taken.has(id)) return false;
  if (origin.whose !== 'ours') return origin.whose === 'none';
  return !standing.has(origin.localId) && (!origin.former || former.has(id));
}

async function readKnown(
  db: Database,
  target: PortalTarget,
  { ids, localIds }: { ids: readonly number[]; localIds: readonly number[] },
): Promise<KnownOfPortal> {
  const { tenantId, entity } = target;
  const bind = { tenantId, entity, type: pairKinds[entity].bitrix24Type, ids, localIds };
  const [rows, marked, former] = await Promise.all([
    queryRows<{ id: number | null; localId: number | null }>(
      db,
      `select bitrix24_key::integer as id, null::integer as "localId" from bitrix24_sync_mappings
        where tenant_id = $tenantId and bitrix24_type = $type and bitrix24_key = any($ids::bigint[])
       union all
       select null, local_id from bitrix24_sync_mappings
        where tenant_id = $tenantId and local_type = $entity and local_id = any($localIds)
       union all
       select m.bitrix24_key::integer, null
         from bitrix24_effective_connections own
         join bitrix24_effective_connections o on o.portal_host = own.portal_host and o.tenant_id <> own.tenant_id
         join bitrix24_sync_mappings m on m.tenant_id = o.tenant_id
        where own.tenant_id = $tenantId and m.bitrix24_type = $type and m.bitrix24_key = any($ids::bigint[]) and m.state = 'linked'`,
      bind,
    ),
    findMarked(db, tenantId, entity, localIds),
    findFormerMappings(db, target, { local: [], remote: ids }),
  ]);
  return {
    taken: new Set(rows.flatMap(({ id }) => id ?? [])),
    standing: new Set([...rows.flatMap(({ localId }) => localId ?? []), ...marked.map(({ recordId }) => recordId)]),
    former: new Set(former.map(({ remoteId }) => remoteId)),
  };
}
