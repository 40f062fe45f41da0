import { offsetOf, type Page } from '../http/paging.ts';
import type { Entity } from '../lib/records.ts';
import { type Database, queryRows } from '../models/database.ts';
import { type MatchRow, matchColumns } from '../sync/journal/matches.ts';
import { localNameSql } from './record-name.ts';

/** A record that waits for a person, with what it is known by on our side. */
export interface ListedMatch extends MatchRow {
  local_name: string | null;
  local_email: string | null;
  local_phone: string | null;
  local_inn: string | null;
}

export interface MatchFilter extends Page {
  local_type?: Entity;
  state: MatchRow['state'];
}

const facts = `
  ${localNameSql({ tenant: 's.tenant_id', entity: 's.local_type', id: 's.local_id' })} as local_name,
  case s.local_type
    when 'user' then (select email from users r where r.tenant_id = s.tenant_id and r.id = s.local_id)
    when 'contract' then (select client_email from contracts r where r.tenant_id = s.tenant_id and r.id = s.local_id)
  end as local_email,
  case s.local_type
    when 'user' then (select phone from users r where r.tenant_id = s.tenant_id and r.id = s.local_id)
    when 'contract' then (select client_phone from contracts r where r.tenant_id = s.tenant_id and r.id = s.local_id)
    when 'object' then (select imei from objects r where r.tenant_id = s.tenant_id and r.id = s.local_id)
  end as local_phone,
  case s.local_type
    when 'contract' then (select concat_ws(' / ', client_inn, client_kpp) from contracts r
                           where r.tenant_id = s.tenant_id and r.id = s.local_id)
  end as local_inn`;

/** One page of a tenant's pairs to be decided, newest first, and how many there are in all. */
export async function listMatches(
  db: Database,
  tenantId: number,
  filter: MatchFilter,
): Promise<{ rows: ListedMatch[]; total: number }> {
  const bind = { tenantId, localType: filter.local_type ?? null, state: filter.state };
  const where =
    's.tenant_id = $tenantId and s.state = $state and ($localType::text is null or s.local_type = $localType)';
  const [counted] = await queryRows<{ total: number }>(
    db,
    `select count(*)::integer as total from sync_matches s where ${where}`,
    bind,
  );
  const rows = await queryRows<ListedMatch>(
    db,
    `select ${matchColumns}, ${facts} from sync_matches s where ${where} order by s.id desc limit $limit offset $offset`,
    { ...bind, limit: filter.limit, offset: offsetOf(filter) },
  );
  return { rows, total: counted?.total ?? 0 };
}
