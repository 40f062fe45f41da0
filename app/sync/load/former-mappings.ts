import type { Transaction } from 'sequelize';
import { type Entity, pairKinds } from '../../lib/records.ts';
import { type Database, queryRows } from '../../models/database.ts';
import { emptyRemoteShadow, type LocalShadow, type RemoteShadow } from '../plan/merge.ts';
import type { KnownRecord } from '../plan/origin-id.ts';
import type { Shadows } from '../plan/shadows.ts';

/** A record pair that was linked once. */
export interface FormerMapping extends KnownRecord {
  localId: number;
  shadows: Shadows;
}

interface RawFormer {
  localId: number;
  remoteId: number;
  remoteCreatedAt: Date | null;
  linkedAt: Date;
  local_shadow: LocalShadow;
  bitrix24_shadow: Partial<RemoteShadow>;
}

/**
 * What was linked in this portal with any of these local or Bitrix24 records, and is linked with nothing now, on either side.
 */
export async function findFormerMappings(
  db: Database,
  target: { tenantId: number; entity: Entity; portal: string },
  ids: { local: readonly number[]; remote: readonly number[] },
): Promise<FormerMapping[]> {
  if (ids.local.length + ids.remote.length === 0) return [];
  const rows = await queryRows<RawFormer>(
    db,
    `with found as (
       select * from bitrix24_former_mappings
        where tenant_id = $tenantId and portal_host = $portal and local_type = $entity and local_id = any($local)
       union
       select * from bitrix24_former_mappings
        where tenant_id = $tenantId and portal_host = $portal and bitrix24_type = $type and bitrix24_key = any($remote))
     select local_id as "localId", bitrix24_key::integer as "remoteId", bitrix24_created_at as "remoteCreatedAt",
            linked_at as "linkedAt", local_shadow, bitrix24_shadow
       from found f
      where not exists (select 1 from bitrix24_sync_mappings m where m.tenant_id = f.tenant_id
                           and m.local_type = f.local_type and m.local_id = f.local_id)
        and not exists (select 1 from bitrix24_sync_mappings m where m.tenant_id = f.tenant_id
                           and m.bitrix24_type = f.bitrix24_type and m.bitrix24_key = f.bitrix24_key and m.state = 'linked')
      order by ended_at desc`,
    { ...target, type: pairKinds[target.entity].bitrix24Type, local: ids.local, remote: ids.remote },
  );
  return rows.map(({ local_shadow, bitrix24_shadow, ...row }) => ({
    ...row,
    shadows: { local: local_shadow, remote: { ...emptyRemoteShadow, ...bitrix24_shadow } },
  }));
}

/** Which local records ever stood for which Bitrix24 records in this portal, linked with them now or not. */
export async function findStoodFor(
  db: Database,
  target: { tenantId: number; entity: Entity; portal: string },
  remoteIds: readonly number[],
): Promise<{ remoteId: number; localId: number }[]> {
  if (remoteIds.length === 0) return [];
  return queryRows(
    db,
    `select bitrix24_key::integer as "remoteId", local_id as "localId" from bitrix24_sync_mappings
      where tenant_id = $tenantId and bitrix24_type = $type and bitrix24_key = any($remoteIds)
     union
     select bitrix24_key::integer, local_id from bitrix24_former_mappings
      where tenant_id = $tenantId and portal_host = $portal and bitrix24_type = $type and bitrix24_key = any($remoteIds)`,
    { ...target, type: pairKinds[target.entity].bitrix24Type, remoteIds },
  );
}

/** A portal has a new address: what was linked there is found by it. Repeat-safe. */
export async function movePortal(
  db: Database,
  tenantId: number,
  { from, to }: { from: string; to: string },
  transaction?: Transaction,
): Promise<void> {
  await queryRows(
    db,
    `update bitrix24_former_mappings f set portal_host = $to
      where tenant_id = $tenantId and portal_host = $from
        and not exists (select 1 from bitrix24_former_mappings o where o.tenant_id = f.tenant_id and o.portal_host = $to
                           and o.local_type = f.local_type and o.local_id = f.local_id)`,
    { tenantId, from, to },
    transaction,
  );
}
