import type { TokenPair } from '../../bitrix24/oauth.ts';
import type { Secrets } from '../../lib/secrets.ts';
import { type Database, queryRows } from '../../models/database.ts';
import { accessPlace, refreshPlace } from '../connection/secret-places.ts';

export interface SystemUser {
  userId: number | null;
  tokens: TokenPair;
}

/** Writes whose chain of tokens an installation works with. */
export function makeServiceChain({ db, secrets }: { db: Database; secrets: Pick<Secrets, 'encrypt'> }) {
  return {
    /**
     * The portal's system user works for the application from now on (settings/system-user.md, 2026-09); the administrator's chain is kept
     * in case the system user's ends. Returns false while somebody refreshes the present pair: what comes of that is to be kept. Repeat-safe.
     */
    async storeSystemUser(
      { id, memberId }: { id: number; memberId: string },
      { userId, tokens }: SystemUser,
    ): Promise<boolean> {
      const stored = await queryRows(
        db,
        `with taken as (
           update bitrix24_installations
              set spare_access_token = case when service_user = 'administrator' then access_token else spare_access_token end,
                  spare_refresh_token = case when service_user = 'administrator' then refresh_token else spare_refresh_token end,
                  spare_user_id = case when service_user = 'administrator' then token_user_id else spare_user_id end,
                  spare_user = case when service_user = 'administrator' then 'administrator' else spare_user end,
                  access_token = $access, refresh_token = $refresh, token_user_id = $userId, service_user = 'system',
                  service_since = now(), token_version = token_version + 1, refreshing_until = null, refreshed_at = now(),
                  updated_at = now()
            where id = $id and state in ('active', 'suspended')
              and (refreshing_until is null or refreshing_until < clock_timestamp())
           returning tenant_id),
         connected as (
           update bitrix24_connections c set user_id = $userId, updated_at = now()
             from taken t where c.tenant_id = t.tenant_id and c.kind = 'installation')
         select 1 from taken`,
        {
          id,
          userId,
          access: secrets.encrypt(tokens.accessToken, accessPlace(memberId)),
          refresh: secrets.encrypt(tokens.refreshToken, refreshPlace(memberId)),
        },
      );
      return stored.length > 0;
    },
  };
}
