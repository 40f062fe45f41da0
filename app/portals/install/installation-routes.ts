import { z } from 'zod';
import { defineRoute, type Route } from '../../http/route.ts';
import { type Language, notFound } from '../../lib/errors.ts';
import {
  authorizationAnswer,
  disconnectedAnswer,
  installationAnswer,
  linkCodeAnswer,
  repeatAnswer,
} from './answers.ts';
import type { AppLifecycleEvents } from './app-lifecycle-events.ts';
import type { CodeGrant } from './code-grant.ts';
import { installationSteps, type StepState } from './installation-steps.ts';
import type { Installation, Installations } from './installations.ts';
import type { LinkCodes } from './link-codes.ts';

export interface InstallationRouteDeps {
  installations: Installations;
  codeGrant: CodeGrant;
  linkCodes: LinkCodes;
  appEvents: AppLifecycleEvents;
  wakeBinding(tenantId: number): Promise<void>;
}

const address = '/api/integration/bitrix24';

const portal = z
  .string()
  .trim()
  .regex(/^[\w-]+(\.[\w-]+)+(:\d{1,5})?$/)
  .max(253);

/** Makes the routes around an installed application: its steps, its disconnection, and the two ways to get one from outside the portal. */
export function makeInstallationRoutes(deps: InstallationRouteDeps): Route[] {
  return [...installedRoutes(deps), ...joiningRoutes(deps)];
}

function installedRoutes(deps: InstallationRouteDeps): Route[] {
  const { installations } = deps;

  async function findOwn(tenantId: number): Promise<Installation> {
    const installation = await installations.findByTenant(tenantId);
    if (!installation) throw notFound(noInstallation);
    return installation;
  }

  return [
    defineRoute({
      method: 'get',
      path: `${address}/installation`,
      summary: 'The app in the portal: state, and how each step of the installation ended',
      tag: 'Connection',
      answers: { 200: installationAnswer },
      async handle({ caller, language }) {
        const installation = await installations.findByTenant(caller.tenantId);
        return {
          data: installation
            ? present(installation, language)
            : { state: 'none' as const, portal: null, steps: stepsOf({}, language) },
        };
      },
    }),

    defineRoute({
      method: 'post',
      path: `${address}/installation/repeat`,
      summary: 'Do the steps that failed again, in every state of the installation',
      tag: 'Connection',
      answers: { 202: repeatAnswer },
      role: 'admin',
      async handle({ caller }) {
        await installations.restartSteps((await findOwn(caller.tenantId)).id);
        await deps.wakeBinding(caller.tenantId);
        return {
          status: 202,
          data: { started: true },
          message: { ru: 'Проверка запущена', en: 'The check has started' },
        };
      },
    }),

    defineRoute({
      method: 'delete',
      path: `${address}/installation`,
      summary:
        'Let the portal go: tokens are forgotten, nothing is synchronised through the app any more; mappings stay',
      tag: 'Connection',
      answers: { 200: disconnectedAnswer },
      role: 'admin',
      async handle({ caller }) {
        await deps.appEvents.disconnect(await findOwn(caller.tenantId));
        const message = {
          ru: 'Портал отключён. Удалите приложение и в самом Битрикс24',
          en: 'The portal is disconnected. Remove the application in Bitrix24 too',
        };
        return { data: { disconnected: true }, message };
      },
    }),
  ];
}

function joiningRoutes({ linkCodes, codeGrant }: InstallationRouteDeps): Route[] {
  return [
    defineRoute({
      method: 'post',
      path: `${address}/oauth/start`,
      summary: "Where to send the administrator's browser to authorize the company's own application",
      tag: 'Connection',
      answers: { 200: authorizationAnswer },
      role: 'admin',
      body: z.strictObject({ portal }),
      async handle({ caller, body }) {
        return { data: { authorize_url: await codeGrant.start(caller.tenantId, body.portal) } };
      },
    }),

    defineRoute({
      method: 'post',
      path: `${address}/link-code`,
      summary: 'A one-time code that joins a marketplace installation to this company',
      tag: 'Connection',
      answers: { 201: linkCodeAnswer },
      role: 'admin',
      async handle({ caller }) {
        const { code, expiresAt } = await linkCodes.create(caller.tenantId);
        return { status: 201, data: { code, expires_at: expiresAt.toISOString() } };
      },
    }),
  ];
}

const noInstallation = {
  ru: 'Приложение не установлено ни на один портал этой компании',
  en: "The application is not installed in any portal of this company's",
};

function present(installation: Installation, language: Language) {
  return {
    state: installation.state,
    kind: installation.clientId.startsWith('local.') ? 'local' : 'marketplace',
    portal: installation.host,
    member_id: installation.memberId,
    scope: installation.scope,
    license: installation.license,
    events_proved: installation.applicationTokenDigest !== null,
    offline_queue: installation.offline,
    token_refreshed_at: installation.refreshedAt.toISOString(),
    steps: stepsOf(installation.steps, language),
  };
}

function stepsOf(steps: Installation['steps'], language: Language) {
  return installationSteps.map((key) => ({ key, ...presentStep(steps[key], language) }));
}

function presentStep(step: StepState | undefined, language: Language) {
  if (!step) return { state: 'waiting' as const };
  const { state, at, error } = step;
  return { state, at, ...(error && { code: error.code, error: error.text[language] }) };
}
