import type { Database } from '../models/database.ts';
import { retryingTransaction } from '../models/retrying-transaction.ts';
import type { AlertSettings } from './alert-settings.ts';
import { listOpenAlerts, noteCauses, takeUntold } from './alert-store.ts';
import { type Cause, causes } from './causes.ts';
import { type Recipient, storeDeliveries } from './deliveries.ts';
import { lastDigestMoment } from './digest.ts';
import { readAlertFacts } from './facts.ts';
import { judgeCauses } from './judge.ts';
import { type Letterhead, writeMessage } from './messages.ts';
import { type AlertPlan, lockAlerts, noteDigest, readAlertPlan } from './settings-store.ts';

export interface TellDeps {
  db: Database;
  /** Where the pages are; undefined: messages have no link. */
  publicUrl: string | undefined;
}

/**
 * Looks what is so in a company, and stores a message for each recipient of what began, of what is over, and of the day. State and
 * messages are one transaction: a process that is killed has told all of it or nothing. Repeat-safe, by several processes at once too.
 */
export async function tellCompany({ db, publicUrl }: TellDeps, tenantId: number): Promise<void> {
  const plan = await readAlertPlan(db, tenantId);
  if (!plan.settings.on) return;
  const facts = await readAlertFacts(db, tenantId, plan.settings);
  const present = judgeCauses(facts, plan.settings);
  const head = headOf(plan, tenantId, publicUrl);
  await retryingTransaction(db, async (transaction) => {
    if (!(await lockAlerts(db, tenantId, plan, transaction))) return;
    const recipients = recipientsOf(plan.settings);
    const { now } = facts;
    await noteCauses(db, tenantId, { present, wanted: wantedCauses(plan.settings) }, transaction);
    for (const { event, ...what } of await takeUntold(db, tenantId, plan.settings.quiet_minutes, transaction)) {
      const message = writeMessage(event, { ...what, now }, head);
      await storeDeliveries(db, tenantId, { message, recipients }, transaction);
    }
    if (!isDigestDue(plan, now)) return;
    const alerts = await listOpenAlerts(db, tenantId, transaction);
    if (alerts.length > 0) {
      const message = writeMessage('digest', { cause: null, alerts, now }, head);
      await storeDeliveries(db, tenantId, { message, recipients }, transaction);
    }
    await noteDigest(db, tenantId, now, transaction);
  });
}

/** Each recipient of each channel that is on. */
export function recipientsOf({ channels: { bitrix24, email, webhook } }: AlertSettings): Recipient[] {
  return [
    ...(bitrix24.on ? bitrix24.user_ids : []).map((id) => ({ channel: 'bitrix24' as const, recipient: String(id) })),
    ...(email.on ? email.addresses : []).map((address) => ({ channel: 'email' as const, recipient: address })),
    ...(webhook.on && webhook.url !== null ? [{ channel: 'webhook' as const, recipient: webhook.url }] : []),
  ];
}

/** What messages say of who sends them. */
export function headOf(plan: AlertPlan, tenantId: number, publicUrl: string | undefined): Letterhead {
  const { companyName: name, settings, utcOffsetMin } = plan;
  return { company: { id: tenantId, name }, language: settings.language, publicUrl, utcOffsetMin };
}

function wantedCauses(settings: AlertSettings): Cause[] {
  return causes.filter((cause) => settings.causes[cause].on);
}

function isDigestDue({ settings, digestAt, utcOffsetMin }: AlertPlan, now: Date): boolean {
  if (settings.digest_hour === null || digestAt === null) return false;
  return lastDigestMoment(settings.digest_hour, utcOffsetMin, now) > digestAt;
}
