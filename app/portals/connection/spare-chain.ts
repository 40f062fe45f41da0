import type { Transaction } from 'sequelize';
import { type Database, queryRows } from '../../models/database.ts';

/** Refusals of one person's tokens: another person's may be taken all the same. */
const personalCodes = [
  'token_chain_dead',
  'authorization_error',
  'user_access_error',
  'allowed_only_intranet_user',
  'installer_not_admin',
];

/** Requests that were on their way with the former chain are refused a little later. */
const settlingSeconds = 10;

/**
 * Puts an installation's second chain of tokens in the place of the one that was refused, and wakes the worker. Returns true when the
 * connection goes on: it has another chain now, or has had it for some moments and the refusal speaks of the former one. A spare pair is
 * encrypted for the column whose place it takes.
 */
export async function takeSpareChain(
  db: Database,
  tenantId: number,
  code: string,
  transaction: Transaction,
): Promise<boolean> {
  if (!personalCodes.includes(code.toLowerCase())) return false;
  const [installation] = await queryRows<{ id: number; hasSpare: boolean; isSettling: boolean }>(
    db,
    `select i.id, i.spare_access_token is not null as "hasSpare",
            i.service_since is not null and i.service_since > now() - make_interval(secs => ${settlingSeconds}) as "isSettling"
       from bitrix24_installations i
       join bitrix24_effective_connections c on c.tenant_id = i.tenant_id and c.kind = 'installation' and c.state = 'active'
      where i.tenant_id = $tenantId and i.state = 'active' for update of i`,
    { tenantId },
    transaction,
  );
  if (!installation?.hasSpare) return installation?.isSettling === true;
  await queryRows(
    db,
    `with taken as (
       update bitrix24_installations
          set access_token = spare_access_token, refresh_token = spare_refresh_token, token_user_id = spare_user_id,
              service_user = spare_user, service_since = now(), token_version = token_version + 1, refreshing_until = null,
              spare_access_token = null, spare_refresh_token = null, spare_user_id = null, spare_user = null, updated_at = now()
        where id = $id returning tenant_id)
     select pg_notify('axenta_sync', tenant_id::text) from taken`,
    { id: installation.id },
    transaction,
  );
  return true;
}
