import { z } from 'zod';
import { paginationOf, pagingSchema } from '../http/paging.ts';
import type { RateLimits } from '../http/rate-limits.ts';
import { defineRoute, type Route } from '../http/route.ts';
import { invalidRequest, type Language, type Text } from '../lib/errors.ts';
import type { Secrets } from '../lib/secrets.ts';
import type { Database } from '../models/database.ts';
import { type AlertSettings, alertSettingsSchema } from './alert-settings.ts';
import { type Alert, listOpenAlerts } from './alert-store.ts';
import { alertsAnswer, alertTrialAnswer, deliveriesAnswer, savedAlertsAnswer } from './answers.ts';
import { viewOf } from './causes.ts';
import { channels, type ListedDelivery, listDeliveries } from './deliveries.ts';
import { type AlertPlan, readAlertPlan, saveAlertSettings } from './settings-store.ts';
import { type TrialDeps, type TrialResult, tryChannels } from './trial.ts';

export interface AlertRouteDeps extends TrialDeps {
  db: Database;
  secrets: Secrets;
  rates: RateLimits;
  /** Whether the server has a mail server. */
  hasMail: boolean;
  /** Has what is so in a company looked at now. */
  wake(tenantId: number): Promise<void>;
}

const address = '/api/integration/bitrix24/alerts';

const body = alertSettingsSchema.extend({
  /** True: a new secret for the signature; the former one is no good any more. */
  new_webhook_secret: z.boolean().default(false),
  /** The version that is to be replaced, as it was read; absent: whatever stands. */
  version: z.string().max(50).nullable().optional(),
});

const listQuery = z.strictObject({
  ...pagingSchema,
  channel: z.enum(channels).optional(),
  state: z.enum(['waiting', 'sent', 'failed']).optional(),
});

/** The routes of a company's alerts; for administrators, because they name people. */
export function makeAlertRoutes(deps: AlertRouteDeps): Route[] {
  const { db } = deps;
  const present = async (plan: AlertPlan, tenantId: number, language: Language) => ({
    ...plan.settings,
    version: plan.version,
    webhook_secret_set: plan.hasWebhookSecret,
    mail_available: deps.hasMail,
    open: (await listOpenAlerts(db, tenantId)).map((alert) => presentAlert(alert, language)),
  });
  return [
    defineRoute({
      method: 'get',
      path: address,
      summary: 'Who is told of what, defaults filled in, and what is wrong now',
      tag: 'Alerts',
      answers: { 200: alertsAnswer },
      role: 'admin',
      async handle({ caller, language }) {
        return { data: await present(await readAlertPlan(db, caller.tenantId), caller.tenantId, language) };
      },
    }),

    defineRoute({
      method: 'put',
      path: address,
      summary:
        'Replace who is told of what; what is absent goes back to its default. Answers a new signing secret once',
      tag: 'Alerts',
      answers: { 200: savedAlertsAnswer },
      role: 'admin',
      body,
      async handle({ caller, body: given, language }) {
        const { new_webhook_secret: newSecret, version: expected, ...settings } = given;
        refuseEmptyChannels(settings);
        const { webhookSecret } = await saveAlertSettings(deps, caller.tenantId, { settings, newSecret, expected });
        await deps.wake(caller.tenantId);
        const shown = await present(await readAlertPlan(db, caller.tenantId), caller.tenantId, language);
        return {
          data: { ...shown, ...(webhookSecret !== null && { webhook_secret: webhookSecret }) },
          message: { ru: 'Оповещения сохранены', en: 'The alerts are saved' },
        };
      },
    }),

    defineRoute({
      method: 'post',
      path: `${address}/test`,
      summary: 'Send a trial to every recipient of every channel that is on; answers what each channel said',
      tag: 'Alerts',
      answers: { 200: alertTrialAnswer },
      role: 'admin',
      async handle({ caller, language }) {
        await deps.rates.take('alertTrialByTenant', caller.tenantId);
        const results = await tryChannels(deps, caller.tenantId);
        return { data: { results: results.map((result) => presentTrial(result, language)) } };
      },
    }),

    defineRoute({
      method: 'get',
      path: `${address}/deliveries`,
      summary: 'Messages of the last 30 days, the newest first, each with what its channel said',
      tag: 'Alerts',
      answers: { 200: deliveriesAnswer },
      role: 'admin',
      query: listQuery,
      async handle({ caller, query, language }) {
        const { rows, total } = await listDeliveries(db, caller.tenantId, query);
        const items = rows.map((row) => presentDelivery(row, language));
        return { data: { items, pagination: paginationOf(query, total) } };
      },
    }),
  ];
}

/** A channel without recipients would be silent when it is needed. */
function refuseEmptyChannels({ channels: { bitrix24, email, webhook } }: AlertSettings): void {
  const problems = [
    { path: 'channels.bitrix24.user_ids', isEmpty: bitrix24.on && bitrix24.user_ids.length === 0 },
    { path: 'channels.email.addresses', isEmpty: email.on && email.addresses.length === 0 },
    { path: 'channels.webhook.url', isEmpty: webhook.on && webhook.url === null },
  ].filter(({ isEmpty }) => isEmpty);
  if (problems.length === 0) return;
  const list = problems.map(({ path }) => path).join(', ');
  throw invalidRequest(
    {
      ru: `Оповещения не сохранены: ${list} — ${noRecipient.ru}`,
      en: `The alerts were not saved: ${list}: ${noRecipient.en}`,
    },
    problems.map(({ path }) => ({ path, problem: noRecipient })),
  );
}

const noRecipient: Text = {
  ru: 'способ включён, а получателей нет: добавьте получателя или выключите его',
  en: 'the channel is on and has no recipient: add one, or switch it off',
};

function presentAlert({ cause, subject, since, beganAt, what, advice }: Alert, language: Language) {
  const texts = { what: what[language], advice: advice[language] };
  return { cause, subject, since, noticed_at: beganAt, ...texts, view: viewOf[cause] };
}

function presentTrial({ channel, recipient, outcome }: TrialResult, language: Language) {
  const { ok, answer } = outcome;
  return { channel, recipient, ok, ...(!outcome.ok && { code: outcome.code }), answer: answer[language] };
}

function presentDelivery({ answer, ...row }: ListedDelivery, language: Language) {
  const view = row.cause === null ? null : viewOf[row.cause];
  return { ...row, view, code: answer?.code ?? null, answer: answer?.text[language] ?? null };
}
