import { offsetOf, type Page } from '../http/paging.ts';
import { type Database, queryRows } from '../models/database.ts';

/** A client whose contracts are linked with several companies, as earlier releases made them. */
export interface ClientDouble {
  client_inn: string;
  client_kpp: string | null;
  client_name: string | null;
  /** The companies, that of the eldest contract first. */
  companies: { bitrix24_id: string; contracts: { id: number; number: string; title: string | null }[] }[];
}

const doubled = `
  linked as (
    select axenta_client_key(c.client_inn, c.client_kpp) as key, c.id, c.number, c.title, c.client_inn, c.client_kpp, c.client_name,
           m.bitrix24_id
      from contracts c join bitrix24_sync_mappings m
        on m.tenant_id = c.tenant_id and m.local_type = 'contract' and m.local_id = c.id and m.state = 'linked'
     where c.tenant_id = $tenantId and c.deleted_at is null),
  doubled as (select key, min(id) as eldest from linked where key is not null group by key having count(distinct bitrix24_id) > 1)`;

/** One page of the tenant's clients that have several companies, and how many there are. Nothing is merged here: a person decides. */
export async function listClientDoubles(
  db: Database,
  tenantId: number,
  page: Page,
): Promise<{ rows: ClientDouble[]; total: number }> {
  const [counted] = await queryRows<{ total: number }>(
    db,
    `with ${doubled} select count(*)::integer as total from doubled`,
    { tenantId },
  );
  const rows = await queryRows<ClientDouble>(
    db,
    `with ${doubled},
       shown as (select key, eldest from doubled order by eldest limit $limit offset $offset),
       companies as (
         select l.key, l.bitrix24_id, min(l.id) as eldest,
                jsonb_agg(jsonb_build_object('id', l.id, 'number', l.number, 'title', l.title) order by l.id) as contracts
           from shown s join linked l using (key) group by l.key, l.bitrix24_id)
     select btrim(first.client_inn) as client_inn, nullif(btrim(first.client_kpp), '') as client_kpp, first.client_name,
            (select jsonb_agg(jsonb_build_object('bitrix24_id', c.bitrix24_id, 'contracts', c.contracts) order by c.eldest)
               from companies c where c.key = s.key) as companies
       from shown s join linked first on first.id = s.eldest order by s.eldest`,
    { tenantId, limit: page.limit, offset: offsetOf(page) },
  );
  return { rows, total: counted?.total ?? 0 };
}
