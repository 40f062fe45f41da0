import { randomInt } from 'node:crypto';
import type { Transaction } from 'sequelize';
import { AppError } from '../../lib/errors.ts';
import type { Secrets } from '../../lib/secrets.ts';
import { type Database, queryRows } from '../../models/database.ts';
import { retryingTransaction } from '../../models/retrying-transaction.ts';
import { enqueueLinked } from '../../sync/queue/enqueue-linked.ts';
import type { Applications } from '../connection/app-credentials.ts';
import type { Connections } from '../connection/connections.ts';
import type { Installation } from './installations.ts';

const lifetimeMinutes = 30;
/** Without letters and digits that look alike. */
const alphabet = 'ABCDEFGHJKLMNPQRSTUVWXYZ23456789';
const codeLength = 10;

export interface LinkCodesDeps {
  db: Database;
  secrets: Pick<Secrets, 'digest'>;
  applications: Pick<Applications, 'isMarketplace'>;
  connections: Connections;
}

export type LinkCodes = ReturnType<typeof makeLinkCodes>;

/**
 * Makes the one-time codes by which a company that exists already becomes the owner of a portal that installed the marketplace
 * application. The user who types the code has proved to administer the portal; the one who made it administers the company.
 */
export function makeLinkCodes({ db, secrets, applications, connections }: LinkCodesDeps) {
  return {
    /** A fresh code of the company, valid for half an hour; earlier ones stop working. */
    async create(tenantId: number): Promise<{ code: string; expiresAt: Date }> {
      const code = Array.from({ length: codeLength }, () => alphabet[randomInt(alphabet.length)]).join('');
      const [row] = await queryRows<{ expires_at: Date }>(
        db,
        `with former as (delete from bitrix24_link_codes where tenant_id = $tenantId or expires_at < now())
         insert into bitrix24_link_codes (code_digest, tenant_id, expires_at)
         values ($digest, $tenantId, now() + make_interval(mins => ${lifetimeMinutes})) returning expires_at`,
        { tenantId, digest: secrets.digest(code) },
      );
      if (!row) throw new Error('The code was not stored');
      return { code, expiresAt: row.expires_at };
    },

    /**
     * Joins an installation to the company of the code. The company that was made for the portal goes, which is only allowed while it is
     * empty. Returns the company's id. Throws `link_code_unknown`, `link_not_possible`; then the code stays valid.
     */
    async join(installation: Installation, typed: string): Promise<number> {
      const { tenantId: made } = installation;
      if (!applications.isMarketplace(installation.clientId) || made === null || installation.state !== 'active')
        throw notPossible();
      const digest = secrets.digest(typed.toUpperCase().replace(/[\s-]/g, ''));
      return retryingTransaction(db, async (transaction) => {
        const [found] = await queryRows<{ tenant_id: number }>(
          db,
          'delete from bitrix24_link_codes where code_digest = $digest and expires_at > now() returning tenant_id',
          { digest },
          transaction,
        );
        if (!found) throw unknownCode();
        const tenantId = found.tenant_id;
        if (tenantId === made) return tenantId;
        await connections.lock(tenantId, transaction);
        if (!(await isEmpty(made, transaction)) || (await connections.find(tenantId, transaction))) throw notPossible();
        await connections.removeInstallation(made, transaction);
        await queryRows(
          db,
          'update bitrix24_installations set tenant_id = $tenantId, updated_at = now() where id = $id',
          { tenantId, id: installation.id },
          transaction,
        );
        await connections.storeInstallation(tenantId, installation, transaction);
        await enqueueLinked(db, tenantId, { reason: 'reconnected' }, transaction);
        await queryRows(db, 'update companies set deleted_at = now() where id = $made', { made }, transaction);
        return tenantId;
      });
    },
  };

  async function isEmpty(tenantId: number, transaction: Transaction): Promise<boolean> {
    const [row] = await queryRows<{ used: boolean }>(
      db,
      `select exists (select 1 from objects where tenant_id = $tenantId)
           or exists (select 1 from users where tenant_id = $tenantId)
           or exists (select 1 from contracts where tenant_id = $tenantId)
           or exists (select 1 from bitrix24_sync_mappings where tenant_id = $tenantId) as used`,
      { tenantId },
      transaction,
    );
    return row?.used === false;
  }
}

function unknownCode(): AppError {
  return new AppError({
    code: 'link_code_unknown',
    status: 404,
    text: {
      ru: 'Код не найден или устарел. Получите новый в настройках интеграции Axenta: он действует 30 минут',
      en: 'The code is unknown or has expired. Get a new one in the integration settings of Axenta: it is valid for 30 minutes',
    },
  });
}

function notPossible(): AppError {
  return new AppError({
    code: 'link_not_possible',
    status: 409,
    text: {
      ru: 'Присоединить портал нельзя: в его компании уже есть данные, либо компания кода уже подключена к порталу',
      en: "The portal cannot be joined: its company holds data already, or the code's company is connected to a portal",
    },
  });
}
