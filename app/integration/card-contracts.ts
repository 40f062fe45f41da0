import { type Database, queryRows } from '../models/database.ts';
import type { CardContract, CardVehicle } from './answers/cards.ts';
import type { Card } from './cards.ts';

/** A company of many contracts shows the first of them, and of each contract the first of its vehicles. */
const shownContracts = 50;
const shownObjects = 20;

/** The contracts that stand behind a company's card, those that end first before the others, each with its vehicles and their deals. */
export async function readCardContracts(
  db: Database,
  { tenantId, id }: Pick<Card, 'tenantId' | 'id'>,
  seesLists: boolean,
): Promise<CardContract[]> {
  const contracts = await queryRows<Omit<CardContract, 'objects'>>(
    db,
    `select c.id, m.id as mapping_id, c.number, c.title, c.status, c.start_date, c.end_date,
            (select count(*)::integer from objects o
              where o.tenant_id = c.tenant_id and o.contract_id = c.id and o.deleted_at is null) as object_count
       from bitrix24_sync_mappings m
       join contracts c on c.tenant_id = m.tenant_id and c.id = m.local_id and c.deleted_at is null
      where m.tenant_id = $tenantId and m.bitrix24_type = 'company' and m.bitrix24_id = $id and m.state = 'linked'
      order by c.end_date nulls last, c.id limit ${shownContracts}`,
    { tenantId, id: String(id) },
  );
  if (!seesLists) return contracts.map((contract) => ({ ...contract, objects: null }));
  const objects = await readObjects(
    db,
    tenantId,
    contracts.map((contract) => contract.id),
  );
  return contracts.map((contract) => ({
    ...contract,
    objects: objects
      .filter(({ contract_id }) => contract_id === contract.id)
      .map(({ contract_id, ...vehicle }) => vehicle),
  }));
}

function readObjects(db: Database, tenantId: number, contractIds: readonly number[]) {
  return queryRows<CardVehicle & { contract_id: number }>(
    db,
    `select o.id, o.name, o.imei, o.contract_id, m.bitrix24_id::integer as deal_id
       from (select id, tenant_id, name, imei, contract_id, row_number() over (partition by contract_id order by name, id) as place
               from objects where tenant_id = $tenantId and contract_id = any($contractIds) and deleted_at is null) o
       left join bitrix24_sync_mappings m on m.tenant_id = o.tenant_id and m.local_type = 'object' and m.local_id = o.id
        and m.state = 'linked' and m.bitrix24_type = 'deal'
      where o.place <= ${shownObjects} order by o.name, o.id`,
    { tenantId, contractIds },
  );
}
