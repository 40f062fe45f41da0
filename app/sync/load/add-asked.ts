import type { Canonical } from '../../field-maps/types.ts';
import { queryRows } from '../../models/database.ts';
import type { LoadedPair, SyncContext } from '../pair.ts';
import type { LoadDeps } from './load-deps.ts';

interface StandingRow {
  local_id: number;
  field: string;
  local: Canonical;
  remote: Canonical;
  decision: 'crm' | 'bitrix24' | null;
}

/** Tells pairs about which of their fields a person is asked, and what was decided that is not carried out yet. */
export async function addAsked(
  { db }: LoadDeps,
  { tenantId, entity }: Pick<SyncContext, 'tenantId' | 'entity'>,
  pairs: readonly LoadedPair[],
): Promise<void> {
  const localIds = pairs.flatMap(({ localId }) => localId ?? []);
  if (localIds.length === 0) return;
  const rows = await queryRows<StandingRow>(
    db,
    `select local_id, field, local_value as local, bitrix24_value as remote, decision from sync_conflicts
      where standing and tenant_id = $tenantId and entity = $entity and local_id = any($localIds)`,
    { tenantId, entity, localIds },
  );
  const byRecord = new Map<number, LoadedPair['asked']>();
  for (const { local_id: id, field, ...asked } of rows) byRecord.set(id, { ...byRecord.get(id), [field]: asked });
  for (const pair of pairs) pair.asked = byRecord.get(pair.localId ?? 0) ?? {};
}
