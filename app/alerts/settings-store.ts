import { randomBytes } from 'node:crypto';
import type { Transaction } from 'sequelize';
import { alertSecretPlace } from '../lib/alert-secret-place.ts';
import { AppError } from '../lib/errors.ts';
import type { Secrets } from '../lib/secrets.ts';
import { type Database, queryRows } from '../models/database.ts';
import { retryingTransaction } from '../models/retrying-transaction.ts';
import { type AlertSettings, noAlerts, understandAlertSettings } from './alert-settings.ts';
import { forgetOpenAlerts } from './alert-store.ts';

/** A company's alerts with what their messages say of the company. */
export interface AlertPlan {
  settings: AlertSettings;
  hasWebhookSecret: boolean;
  companyName: string;
  /** Minutes east of UTC by the portal's clock. */
  utcOffsetMin: number;
  digestAt: Date | null;
  /** Changes with every change of the settings; null while none were stored. */
  version: string | null;
}

interface RawPlan extends Omit<AlertPlan, 'settings'> {
  settings: unknown;
}

/** Portals that have not told their time zone. */
const moscowMin = 180;

/** Reads a company's alerts; where none were stored, nothing is told. */
export async function readAlertPlan(db: Database, tenantId: number): Promise<AlertPlan> {
  const [row] = await queryRows<RawPlan>(
    db,
    `select s.settings, s.webhook_secret is not null as "hasWebhookSecret", c.name as "companyName",
            s.digest_at as "digestAt", s.updated_at::text as version,
            coalesce((select utc_offset_min from bitrix24_connections b join bitrix24_effective_connections e using (tenant_id, kind)
                       where e.tenant_id = c.id), ${moscowMin}) as "utcOffsetMin"
       from companies c left join alert_settings s on s.tenant_id = c.id where c.id = $tenantId and c.deleted_at is null`,
    { tenantId },
  );
  if (!row) {
    const nothing = {
      hasWebhookSecret: false,
      companyName: '',
      utcOffsetMin: moscowMin,
      digestAt: null,
      version: null,
    };
    return { ...nothing, settings: noAlerts };
  }
  return { ...row, settings: row.version === null ? noAlerts : understandAlertSettings(row.settings) };
}

/** Takes the lock of a company's alerts while its settings are the ones that were read; false when they are not, or another has it. */
export async function lockAlerts(
  db: Database,
  tenantId: number,
  { version }: Pick<AlertPlan, 'version'>,
  transaction: Transaction,
): Promise<boolean> {
  const locked = await queryRows(
    db,
    `select 1 from alert_settings where tenant_id = $tenantId and updated_at::text = $version for update skip locked`,
    { tenantId, version },
    transaction,
  );
  return locked.length > 0;
}

/** A digest was told, or there was nothing to tell. */
export async function noteDigest(db: Database, tenantId: number, at: Date, transaction: Transaction): Promise<void> {
  await queryRows(
    db,
    'update alert_settings set digest_at = $at where tenant_id = $tenantId',
    { tenantId, at },
    transaction,
  );
}

/**
 * Replaces a company's alerts. A signing secret is made with the first webhook, and anew when that is asked for; it is returned
 * then, and never again. Switched off, everything open is forgotten. `expected`: the version that is to be replaced; absent: whatever
 * stands. Throws 409 `alerts_changed` when another one stands.
 */
export function saveAlertSettings(
  { db, secrets }: { db: Database; secrets: Secrets },
  tenantId: number,
  {
    settings,
    newSecret,
    expected,
  }: { settings: AlertSettings; newSecret: boolean; expected?: string | null | undefined },
): Promise<{ webhookSecret: string | null }> {
  return retryingTransaction(db, async (transaction) => {
    await replaceSettings(db, { tenantId, settings, expected }, transaction);
    if (!settings.on) await forgetOpenAlerts(db, tenantId, transaction);
    const [stored] = await queryRows<{ has: boolean }>(
      db,
      'select webhook_secret is not null as has from alert_settings where tenant_id = $tenantId',
      { tenantId },
      transaction,
    );
    const isNeeded = newSecret || (settings.channels.webhook.url !== null && !stored?.has);
    if (!isNeeded) return { webhookSecret: null };
    const webhookSecret = randomBytes(32).toString('base64url');
    await queryRows(
      db,
      'update alert_settings set webhook_secret = $secret where tenant_id = $tenantId',
      { tenantId, secret: secrets.encrypt(webhookSecret, alertSecretPlace(tenantId)) },
      transaction,
    );
    return { webhookSecret };
  });
}

/** One statement: of several administrators who set the first alerts at the same moment, one does. */
async function replaceSettings(
  db: Database,
  { tenantId, settings, expected }: { tenantId: number; settings: AlertSettings; expected: string | null | undefined },
  transaction: Transaction,
): Promise<void> {
  const replaced = await queryRows(
    db,
    `insert into alert_settings as stored (tenant_id, settings) values ($tenantId, $settings::jsonb)
     on conflict (tenant_id) do update set settings = excluded.settings, updated_at = clock_timestamp(), digest_at = now()
      where $isAny or stored.updated_at::text = $expected
     returning 1`,
    {
      tenantId,
      settings: JSON.stringify(settings),
      isAny: expected === undefined,
      expected: expected ?? null,
    },
    transaction,
  );
  if (replaced.length === 0) throw alertsChanged();
}

function alertsChanged(): AppError {
  return new AppError({
    code: 'alerts_changed',
    status: 409,
    text: {
      ru: 'Оповещения изменил кто-то другой, пока вы правили. Обновите страницу и внесите правки снова',
      en: 'Somebody else changed the alerts while you were editing. Reload the page and make your changes again',
    },
  });
}

/** What the company's outgoing webhook is signed with; null while it has none. */
export async function readWebhookSecret(
  { db, secrets }: { db: Database; secrets: Secrets },
  tenantId: number,
): Promise<string | null> {
  const [row] = await queryRows<{ stored: string | null }>(
    db,
    'select webhook_secret as stored from alert_settings where tenant_id = $tenantId',
    { tenantId },
  );
  return row?.stored ? secrets.decrypt(row.stored, alertSecretPlace(tenantId)) : null;
}
