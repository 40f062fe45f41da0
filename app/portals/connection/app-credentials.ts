import type { ApplicationKeys } from '../../bitrix24/oauth.ts';
import type { Secrets } from '../../lib/secrets.ts';
import { type Database, queryRows } from '../../models/database.ts';
import { clientSecretPlace } from './secret-places.ts';

export interface ApplicationsDeps {
  db: Database;
  secrets: Secrets;
  /** The marketplace application of this server, if there is one. */
  marketplace: ApplicationKeys | null;
}

/** A company that says that an application is its own. Anybody can say so: the secret has to prove it. */
export interface Claim {
  tenantId: number;
  keys: ApplicationKeys;
}

/** An application as an installation names it; the company is null while none has claimed it. */
export interface InstalledApplication {
  clientId: string;
  tenantId: number | null;
}

export type Applications = ReturnType<typeof makeAppCredentials>;

/** Makes the directory of applications: the server's own (marketplace), and those that companies stored through `/setup` (local). */
export function makeAppCredentials({ db, secrets, marketplace }: ApplicationsDeps) {
  async function claimsOf(clientId: string): Promise<Claim[]> {
    const rows = await queryRows<{ id: number; secret: string }>(
      db,
      `select id, bitrix24_client_secret as secret from companies
        where bitrix24_client_id = $clientId and bitrix24_client_secret is not null and deleted_at is null order by id`,
      { clientId },
    );
    return rows.map(({ id, secret }) => ({
      tenantId: id,
      keys: { clientId, clientSecret: secrets.decrypt(secret, clientSecretPlace(id)) },
    }));
  }

  return {
    isMarketplace: (clientId: string) => marketplace?.clientId === clientId,
    claimsOf,

    /** The application that the company's own administrator entered, with its secret; null when there is none. */
    async ofTenant(tenantId: number): Promise<ApplicationKeys | null> {
      const [row] = await queryRows<{ clientId: string; secret: string }>(
        db,
        `select bitrix24_client_id as "clientId", bitrix24_client_secret as secret from companies
          where id = $tenantId and bitrix24_client_id is not null and bitrix24_client_secret is not null`,
        { tenantId },
      );
      return row
        ? { clientId: row.clientId, clientSecret: secrets.decrypt(row.secret, clientSecretPlace(tenantId)) }
        : null;
    },

    /** The application that connects the company, else the one whose keys it has stored. Holds no secret. */
    async describe(tenantId: number): Promise<{ clientId: string | null; hasSecret: boolean }> {
      const [row] = await queryRows<{ clientId: string | null; hasSecret: boolean }>(
        db,
        `select coalesce(i.client_id, c.bitrix24_client_id) as "clientId",
                c.bitrix24_client_secret is not null as "hasSecret"
           from companies c
           left join bitrix24_installations i on i.tenant_id = c.id and i.state in ('active', 'suspended')
          where c.id = $tenantId`,
        { tenantId },
      );
      const isServers = row?.clientId !== undefined && row.clientId === marketplace?.clientId;
      return { clientId: row?.clientId ?? null, hasSecret: isServers || row?.hasSecret === true };
    },

    /** Keys with which an installation's tokens are renewed; null when its company has removed them. */
    async keysOf({ clientId, tenantId }: InstalledApplication): Promise<ApplicationKeys | null> {
      if (marketplace?.clientId === clientId) return marketplace;
      const claims = await claimsOf(clientId);
      return claims.find((claim) => claim.tenantId === tenantId)?.keys ?? null;
    },
  };
}
