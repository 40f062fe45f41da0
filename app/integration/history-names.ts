import type { Bitrix24Client } from '../bitrix24/client.ts';
import { AppError } from '../lib/errors.ts';
import { type Database, queryRows } from '../models/database.ts';
import type { HistoryLine } from './pair-history.ts';

/** The key of the field that names a company by the portal's id. */
const companyKey = 'company';

/**
 * The lines with the names of those who changed the record in the portal. `clientFor` is null where the portal cannot be asked; where it
 * does not show its people, the lines stay without names.
 */
export async function nameEditors(
  clientFor: (() => Promise<Bitrix24Client>) | null,
  lines: readonly HistoryLine[],
): Promise<HistoryLine[]> {
  const ids = [...new Set(lines.flatMap(({ portal_user: id }) => id ?? []))].sort((a, b) => a - b);
  if (ids.length === 0 || clientFor === null) return [...lines];
  const names = await readPeopleNames(clientFor, ids);
  return lines.map((line) => ({ ...line, portal_user_name: names.get(line.portal_user ?? 0) ?? null }));
}

/** What the portal calls these people; none where it cannot be asked or does not show them. */
export async function readPeopleNames(
  clientFor: () => Promise<Bitrix24Client>,
  ids: readonly number[],
): Promise<Map<number, string>> {
  if (ids.length === 0) return new Map();
  try {
    const client = await clientFor();
    return await client.users(ids, { urgency: 'interactive' });
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    return new Map();
  }
}

/** Ids of the companies that the fields and the history of a pair speak of. Pure. */
export function companiesNamedIn(
  fields: readonly { key: string; crm: Sides; bitrix24: Sides }[],
  lines: readonly Pick<HistoryLine, 'changes'>[],
): string[] {
  const shown = fields
    .filter(({ key }) => key === companyKey)
    .flatMap(({ crm, bitrix24 }) => [crm.value, crm.shadow, bitrix24.value, bitrix24.shadow]);
  const told = lines.flatMap(({ changes }) => [changes[companyKey]?.before, changes[companyKey]?.after]);
  const ids = [...shown, ...told].filter((value): value is string => typeof value === 'string' && /^\d+$/.test(value));
  return [...new Set(ids)];
}

interface Sides {
  value: string | null;
  shadow: string | null;
}

/** What people call these companies of the portal: by their client, or by the contract where it has none. Those without a pair are absent. */
export async function nameCompanies(
  db: Database,
  tenantId: number,
  ids: readonly string[],
): Promise<Record<string, string>> {
  if (ids.length === 0) return {};
  const rows = await queryRows<{ id: string; name: string }>(
    db,
    `select distinct on (m.bitrix24_id) m.bitrix24_id as id, coalesce(nullif(c.client_name, ''), c.number) as name
       from bitrix24_sync_mappings m join contracts c on c.tenant_id = m.tenant_id and c.id = m.local_id
      where m.tenant_id = $tenantId and m.bitrix24_type = 'company' and m.bitrix24_id = any($ids)
      order by m.bitrix24_id, m.state = 'linked' desc, m.local_id`,
    { tenantId, ids },
  );
  return Object.fromEntries(rows.map(({ id, name }) => [id, name]));
}
