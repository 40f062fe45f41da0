import { type Database, queryRows } from '../../models/database.ts';
import { emptyRemoteShadow, type RemoteShadow } from '../plan/merge.ts';
import type { KnownRecord } from '../plan/origin-id.ts';
import type { LocalTarget } from './local-rows.ts';

/** A pair whose Bitrix24 record is gone, with what that one showed last. */
export interface Orphan extends KnownRecord {
  localId: number;
  shadow: RemoteShadow;
}

/** The orphaned pairs of a kind whose Bitrix24 records were made at one of these moments. */
export async function findOrphans(
  db: Database,
  { tenantId, entity }: LocalTarget,
  madeAt: readonly Date[],
): Promise<Orphan[]> {
  if (madeAt.length === 0) return [];
  const rows = await queryRows<Omit<Orphan, 'shadow'> & { shadow: Partial<RemoteShadow> }>(
    db,
    `select local_id as "localId", bitrix24_key::integer as "remoteId", bitrix24_created_at as "remoteCreatedAt",
            created_at as "linkedAt", bitrix24_shadow as shadow
       from bitrix24_sync_mappings
      where tenant_id = $tenantId and local_type = $entity and state = 'orphaned' and bitrix24_created_at = any($madeAt::timestamptz[])`,
    { tenantId, entity, madeAt },
  );
  return rows.map(({ shadow, ...row }) => ({ ...row, shadow: { ...emptyRemoteShadow, ...shadow } }));
}
