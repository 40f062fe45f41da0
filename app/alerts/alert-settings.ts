import { z } from 'zod';

/** Recipients of one channel: each is a message of its own, whatever the cause. */
const mostRecipients = 20;

const on = z.boolean().default(true);
const whole = (from: number, to: number, byDefault: number) => z.number().int().min(from).max(to).default(byDefault);

const causeSettings = z
  .strictObject({
    connection_lost: z.strictObject({ on }).prefault({}),
    /** A fault that is open for longer than this. */
    fault_open: z.strictObject({ on, minutes: whole(1, 1440, 15) }).prefault({}),
    /** More new open errors than this within an hour. */
    errors_rise: z.strictObject({ on, count: whole(1, 10_000, 20) }).prefault({}),
    /** The moment up to which every change is applied is older than this. */
    lag: z.strictObject({ on, minutes: whole(15, 10_080, 120) }).prefault({}),
    deletions_held: z.strictObject({ on }).prefault({}),
    /** Tokens or plan end within this many days. */
    ending_soon: z.strictObject({ on, days: whole(1, 14, 5) }).prefault({}),
    old_conflict: z.strictObject({ on, hours: whole(1, 720, 24) }).prefault({}),
  })
  .prefault({});

const httpsAddress = z.url({ protocol: /^https$/ }).max(2000);

const channelSettings = z
  .strictObject({
    bitrix24: z
      .strictObject({
        on: z.boolean().default(false),
        user_ids: z.array(z.number().int().min(1).max(2_147_483_647)).max(mostRecipients).default([]),
      })
      .prefault({}),
    email: z
      .strictObject({
        on: z.boolean().default(false),
        addresses: z.array(z.email().max(254)).max(mostRecipients).default([]),
      })
      .prefault({}),
    webhook: z
      .strictObject({ on: z.boolean().default(false), url: httpsAddress.nullable().default(null) })
      .prefault({}),
  })
  .prefault({});

/** A company's alerts as they are stored and sent; what is absent is its default. */
export const alertSettingsSchema = z.strictObject({
  on: z.boolean().default(true),
  language: z.enum(['ru', 'en']).default('ru'),
  causes: causeSettings,
  channels: channelSettings,
  /** At most one beginning and one end of a cause are told within so many minutes. */
  quiet_minutes: whole(1, 1440, 15),
  /** The hour of a daily summary of what is open, by the portal's clock; null: none. */
  digest_hour: z.number().int().min(0).max(23).nullable().default(null),
});

export type AlertSettings = z.output<typeof alertSettingsSchema>;

/** The settings of a company that has stored none: nothing is told. */
export const noAlerts: AlertSettings = { ...alertSettingsSchema.parse({}), on: false };

/** What is stored with its defaults; what another program has damaged counts as none. */
export function understandAlertSettings(stored: unknown): AlertSettings {
  const parsed = alertSettingsSchema.safeParse(stored);
  return parsed.success ? parsed.data : noAlerts;
}
