import { z } from 'zod';
import { defineRoute, type Route } from '../http/route.ts';
import type { Clock } from '../lib/clock.ts';
import { invalidRequest, type Language } from '../lib/errors.ts';
import { readUnderstood } from '../sync/load/read-settings.ts';
import { type StoredSettings, settingsSchema, type Understood } from '../sync/plan/settings.ts';
import { bitrix24Address } from './address.ts';
import { readHourlyStats } from './hourly-stats.ts';
import { type SettingsDeps, saveSettings } from './settings.ts';
import { readStats } from './stats.ts';

export interface SettingsRouteDeps extends SettingsDeps {
  clock: Clock;
}

/** Makes the routes of a tenant's settings and of its counts. */
export function makeSettingsRoutes(deps: SettingsRouteDeps): Route[] {
  return [
    defineRoute({
      method: 'get',
      path: `${bitrix24Address}/stats`,
      summary: 'Counts of mappings, errors and applied changes',
      async handle({ caller }) {
        return { data: await readStats(deps.db, deps.clock, caller.tenantId) };
      },
    }),

    defineRoute({
      method: 'get',
      path: `${bitrix24Address}/stats/hours`,
      summary: 'What was applied and what began to fail, hour by hour',
      query: z.strictObject({ hours: z.coerce.number().int().min(1).max(168).default(48) }),
      async handle({ caller, query }) {
        return { data: { hours: await readHourlyStats(deps.db, caller.tenantId, query.hours) } };
      },
    }),

    defineRoute({
      method: 'get',
      path: `${bitrix24Address}/settings`,
      summary: 'Settings of the synchronisation, defaults filled in, with what is not understood',
      async handle({ caller, language }) {
        return { data: present(await readUnderstood(deps.db, caller.tenantId), language) };
      },
    }),

    defineRoute({
      method: 'put',
      path: `${bitrix24Address}/settings`,
      summary: 'Replace the settings; what is absent goes back to its default',
      role: 'admin',
      body: settingsSchema,
      async handle({ caller, body, language }) {
        if (caller.visitor) refuseLockingOut(body);
        const saved = await saveSettings(deps, caller.tenantId, body);
        return { data: present(saved, language), message: { ru: 'Настройки сохранены', en: 'The settings are saved' } };
      },
    }),
  ];
}

/** Administrators who take their own access away in the portal could not give it back there. */
function refuseLockingOut({ portal_access: access }: StoredSettings): void {
  if (access?.administrator === undefined || access.administrator === 'all') return;
  const problem = {
    ru: 'на странице портала администраторам остаётся "all", иначе вернуть доступ было бы некому; меньше задаётся токеном CRM',
    en: 'on the page in the portal, administrators keep "all", or no person there could give the access back; less is set with a token of the CRM',
  };
  const path = 'portal_access.administrator';
  throw invalidRequest(
    {
      ru: `Настройки не сохранены: ${path} — ${problem.ru}`,
      en: `The settings were not saved: ${path}: ${problem.en}`,
    },
    [{ path, problem }],
  );
}

function present({ settings, problems }: Understood, language: Language) {
  return { ...settings, problems: problems.map(({ path, problem }) => ({ path, problem: problem[language] })) };
}
