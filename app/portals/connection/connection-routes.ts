import { z } from 'zod';
import type { RateLimits } from '../../http/rate-limits.ts';
import { defineRoute, type Route } from '../../http/route.ts';
import type { Language } from '../../lib/errors.ts';
import { cacheAnswer, healthAnswer, setupAnswer } from './answers.ts';
import type { Clients } from './clients.ts';
import type { Health } from './health.ts';
import { presentHealth, presentHealthBriefly } from './present-health.ts';
import type { Setup, SetupAnswer } from './setup.ts';

export interface PortalRouteDeps {
  setup: Setup;
  health: Health;
  clients: Clients;
  rates: RateLimits;
}

const address = '/api/integration/bitrix24';

const nothingToSetUp = {
  ru: 'нужно хотя бы одно поле: webhook_url, client_id, client_secret или outgoing_token',
  en: 'at least one field is needed: webhook_url, client_id, client_secret or outgoing_token',
};

const setupBody = z
  .strictObject({
    webhook_url: z.string().trim().min(1).max(500).nullable().optional(),
    client_id: z.string().trim().min(1).max(100).nullable().optional(),
    client_secret: z.string().trim().min(1).max(200).nullable().optional(),
    // What portals make has 32 characters; a shorter one that was stored before goes on working.
    outgoing_token: z.string().trim().min(16).max(128).nullable().optional(),
    replace_portal: z.boolean().optional(),
  })
  .refine((body) => Object.keys(body).some((key) => key !== 'replace_portal'), { params: { text: nothingToSetUp } });

/** Makes the routes that connect a tenant to its portal, check the connection, and clear what is remembered of it. */
export function makePortalRoutes({ setup, health, clients, rates }: PortalRouteDeps): Route[] {
  return [
    defineRoute({
      method: 'post',
      path: `${address}/setup`,
      summary:
        'Connect a portal by its inbound webhook, or disconnect it with "webhook_url": null; what is given is tried before it replaces what works',
      tag: 'Connection',
      answers: { 200: setupAnswer },
      failures: [422, 502],
      role: 'admin',
      body: setupBody,
      async handle({ caller, body, log, language }) {
        // What is tried is asked of others: of a portal, or of the authorization server.
        if (body.webhook_url || body.client_secret) await rates.take('setupByTenant', caller.tenantId);
        const answer = await setup.setUp(caller.tenantId, {
          webhookUrl: body.webhook_url,
          clientId: body.client_id,
          clientSecret: body.client_secret,
          outgoingToken: body.outgoing_token,
          replacePortal: body.replace_portal,
        });
        health.forget(caller.tenantId);
        const message = body.webhook_url === null ? disconnected : saved;
        log.info({ operation: 'setup', result: 'ok', portal: answer.portal }, message.ru);
        return { data: presentSetup(answer, language), message };
      },
    }),

    defineRoute({
      method: 'get',
      path: `${address}/setup`,
      summary: 'How the portal is connected, without asking it; never secrets',
      tag: 'Connection',
      answers: { 200: setupAnswer },
      async handle({ caller, language }) {
        return { data: presentSetup(await setup.describe(caller.tenantId), language) };
      },
    }),

    defineRoute({
      method: 'get',
      path: `${address}/health`,
      summary:
        'A live check: 200 healthy, degraded or paused, 503 down, with open faults; live=false: what is known, without asking the portal',
      tag: 'Connection',
      answers: { 200: healthAnswer, 503: healthAnswer },
      visitors: 'open',
      query: z.strictObject({ live: z.enum(['true', 'false']).default('true') }),
      async handle({ caller, language, query }) {
        const report = await health.report(caller.tenantId, { live: query.live === 'true' && caller.seesLists });
        const data = (caller.seesLists ? presentHealth : presentHealthBriefly)(report, language);
        // What is degraded still works: a monitor that counts statuses raises no alarm for it.
        if (!report.error) return { data };
        return { status: 503, error: report.error, data };
      },
    }),

    defineRoute({
      method: 'delete',
      path: `${address}/cache`,
      summary: 'Forget credentials, field lists and stage lists in every process',
      tag: 'Connection',
      answers: { 200: cacheAnswer },
      role: 'admin',
      async handle({ caller }) {
        health.forget(caller.tenantId);
        await clients.forgetEverywhere(caller.tenantId);
        return { data: { cleared: true }, message: { ru: 'Кэш очищен', en: 'The cache is cleared' } };
      },
    }),
  ];
}

const saved = { ru: 'Интеграция с Битрикс24 настроена', en: 'The Bitrix24 integration is set up' };
const disconnected = { ru: 'Портал Битрикс24 отключён', en: 'The Bitrix24 portal is disconnected' };

function presentSetup(answer: SetupAnswer, language: Language) {
  return {
    connected: answer.connected,
    kind: answer.kind,
    portal: answer.portal,
    scope: answer.scope,
    user_id: answer.userId,
    outgoing_token_set: answer.outgoingTokenSet,
    outgoing_token_waits: answer.outgoingTokenWaits,
    client_id: answer.clientId,
    client_secret_set: answer.clientSecretSet,
    events_url: answer.eventsUrl,
    app_url: answer.appUrl,
    install_url: answer.installUrl,
    warnings: answer.warnings.map(({ code, entity, text }) => ({ code, kind: entity, message: text[language] })),
  };
}
