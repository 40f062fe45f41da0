import { z } from 'zod';
import { list, pagination, time } from '../http/answers.ts';
import { alertSettingsSchema } from './alert-settings.ts';
import { causes } from './causes.ts';
import { channels } from './deliveries.ts';

const alert = z.object({
  cause: z.enum(causes),
  subject: z.string(),
  since: time,
  noticed_at: time,
  what: z.string(),
  advice: z.string(),
  view: z.string().describe('The page of the app that shows it.'),
});

export const alertsAnswer = z
  .object({
    ...alertSettingsSchema.shape,
    version: z.string().nullable().describe('Goes back with a change; null: nothing was saved yet.'),
    webhook_secret_set: z.boolean(),
    mail_available: z.boolean(),
    open: list(alert).describe('What is wrong now.'),
  })
  .meta({ id: 'Alerts' });

export const savedAlertsAnswer = alertsAnswer
  .extend({ webhook_secret: z.string().optional().describe('A new one, shown this once.') })
  .meta({ id: 'SavedAlerts' });

export const alertTrialAnswer = z.object({
  results: list(
    z.object({
      answer: z.string(),
      code: z.string().optional(),
      channel: z.enum(channels),
      recipient: z.string(),
      ok: z.boolean(),
    }),
  ),
});

export const deliveriesAnswer = z.object({
  items: list(
    z.object({
      code: z.string().nullable(),
      answer: z.string().nullable(),
      id: z.int(),
      key: z.string(),
      event: z.string(),
      cause: z.enum(causes).nullable(),
      channel: z.enum(channels),
      recipient: z.string(),
      subject: z.string(),
      view: z.string().nullable().describe('The page of the app that shows what it is about.'),
      state: z.enum(['waiting', 'sent', 'failed']),
      attempts: z.int(),
      created_at: time,
      sent_at: time.nullable(),
      next_attempt_at: time.nullable(),
    }),
  ),
  pagination,
});
