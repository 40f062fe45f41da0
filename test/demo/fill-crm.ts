import type pg from 'pg';
import { withDifficulties } from './difficulties.ts';
import { makeSampleCompany, type SampleCompany } from './sample-data.ts';

/** The first company is connected to the portal; the others show that companies never see each other. */
const companies = [
  { name: 'ООО «Автопарк Север»', counts: { contracts: 40, objects: 300, users: 120 } },
  { name: 'АО «СтройМаш»', counts: { contracts: 8, objects: 40, users: 16 } },
  { name: 'ИП Гарипов', counts: { contracts: 3, objects: 12, users: 4 } },
];

export interface CrmCompany {
  id: number;
  name: string;
}

/**
 * Fills an empty CRM as one of its own programs would, by SQL, in one transaction; a CRM that has companies already is left as it is.
 * Returns the companies.
 */
export async function fillCrm(client: pg.Client): Promise<CrmCompany[]> {
  const list = () => client.query<CrmCompany>('select id, name from companies order by id');
  const found = await list();
  if (found.rows.length > 0) return found.rows;
  await client.query('begin');
  for (const [index, { name, counts }] of companies.entries()) {
    const company = makeSampleCompany(name, index + 1, counts);
    await storeCompany(client, index === 0 ? withDifficulties(company) : company);
  }
  await client.query('commit');
  return (await list()).rows;
}

async function storeCompany(client: pg.Client, company: SampleCompany): Promise<void> {
  const { rows } = await client.query<{ id: number }>('insert into companies (name) values ($1) returning id', [
    company.name,
  ]);
  const tenantId = rows[0]?.id;
  await client.query(
    `insert into contracts (tenant_id, number, title, client_name, client_inn, client_kpp, client_email, client_phone,
                            start_date, end_date, total_amount)
     select $1, number, title, client_name, client_inn, client_kpp, client_email, client_phone,
            start_date, end_date, total_amount
       from jsonb_to_recordset($2) as r(number text, title text, client_name text, client_inn text, client_kpp text,
            client_email text, client_phone text, start_date date, end_date date, total_amount numeric)
      order by number`,
    [tenantId, JSON.stringify(company.contracts)],
  );
  const objects = company.objects.map((object, position) => ({
    ...object,
    position,
    contract_number: company.contracts[object.contract]?.number,
  }));
  await client.query(
    `insert into objects (tenant_id, name, type, imei, phone_number, description, contract_id)
     select $1, r.name, r.type, r.imei, r.phone_number, nullif(r.description, ''), contracts.id
       from jsonb_to_recordset($2) as r(position integer, name text, type text, imei text, phone_number text,
            description text, contract_number text)
       join contracts on contracts.tenant_id = $1 and contracts.number = r.contract_number
      order by r.position`,
    [tenantId, JSON.stringify(objects)],
  );
  await client.query(
    `insert into users (tenant_id, name, email, phone, role)
     select $1, name, nullif(email, ''), phone, role
       from jsonb_to_recordset($2) as r(name text, email text, phone text, role text)`,
    [tenantId, JSON.stringify(company.users)],
  );
}
