import type { Transaction } from 'sequelize';
import { type Entity, pairKinds } from '../../lib/records.ts';
import { type Database, queryRows, tenantRecords } from '../../models/database.ts';

/**
 * Ties records that were found to be the same, not yet `linked`: the reconciliation makes them equal by the rule of the first link. What
 * only remembers a deleted record of ours gives way. Throws UniqueConstraintError when either side is linked meanwhile.
 */
export async function tieMatched(
  db: Database,
  { tenantId, entity }: { tenantId: number; entity: Entity },
  ties: readonly { localId: number; remoteId: number }[],
  transaction: Transaction,
): Promise<void> {
  const rows = ties.map(({ localId, remoteId }) => ({
    local_type: entity,
    local_id: localId,
    bitrix24_type: pairKinds[entity].bitrix24Type,
    bitrix24_id: String(remoteId),
  }));
  const tied = tenantRecords('rows', 'local_type text, local_id integer, bitrix24_type text, bitrix24_id text');
  const isDeleted = `not exists (select 1 from ${pairKinds[entity].table} l
    where l.tenant_id = m.tenant_id and l.id = m.local_id and l.deleted_at is null)`;
  await queryRows(
    db,
    `with tied as ${tied},
     former as (
       select m.id from tied join bitrix24_sync_mappings m using (tenant_id, local_type, local_id)
       union
       select m.id from tied r join bitrix24_sync_mappings m using (tenant_id, bitrix24_type, bitrix24_id)
        where m.local_type = r.local_type and m.state <> 'linked' and ${isDeleted})
     delete from bitrix24_sync_mappings where id in (select id from former)`,
    { tenantId, rows: JSON.stringify(rows) },
    transaction,
  );
  await queryRows(
    db,
    `with tied as ${tied}
     insert into bitrix24_sync_mappings (tenant_id, local_type, local_id, bitrix24_type, bitrix24_id, state, matched)
     select tenant_id, local_type, local_id, bitrix24_type, bitrix24_id, 'unlinked', true from tied order by local_type, local_id`,
    { tenantId, rows: JSON.stringify(rows) },
    transaction,
  );
}

/** Forgets what a field of our side was last equal in: its value of now counts as a change of ours. Repeat-safe. */
export async function forgetLocalValue(
  db: Database,
  tenantId: number,
  { entity, localId, key }: { entity: Entity; localId: number; key: string },
  transaction: Transaction,
): Promise<void> {
  await queryRows(
    db,
    `update bitrix24_sync_mappings set local_shadow = jsonb_set(local_shadow, array[$key::text], 'null'), updated_at = now()
      where tenant_id = $tenantId and local_type = $entity and local_id = $localId and state = 'linked'`,
    { tenantId, entity, localId, key },
    transaction,
  );
}

/**
 * Moves the links of contracts to one company that a person chose. Not `linked` until the reconciliation has merged both sides, and
 * without shadows. Repeat-safe.
 */
export async function moveToCompany(
  db: Database,
  tenantId: number,
  { contractIds, companyId }: { contractIds: readonly number[]; companyId: number },
  transaction: Transaction,
): Promise<void> {
  if (contractIds.length === 0) return;
  await queryRows(
    db,
    `update bitrix24_sync_mappings
        set bitrix24_id = $company, state = 'unlinked', local_shadow = '{}', bitrix24_shadow = '{}', field_errors = '{}',
            bitrix24_modified_at = null, updated_at = now()
      where tenant_id = $tenantId and local_type = 'contract' and local_id = any($contractIds)`,
    { tenantId, contractIds, company: String(companyId) },
    transaction,
  );
}

/**
 * Erases what the records of a portal looked like; which record was linked with which stays. A pair that is known again then is linked
 * like one that was never equal: by the rule of the first link. Repeat-safe.
 */
export async function eraseFormerValues(
  db: Database,
  tenantId: number,
  portal: string,
  transaction: Transaction,
): Promise<void> {
  await queryRows(
    db,
    `update bitrix24_former_mappings set local_shadow = '{}', bitrix24_shadow = '{}'
      where tenant_id = $tenantId and portal_host = $portal`,
    { tenantId, portal },
    transaction,
  );
}
