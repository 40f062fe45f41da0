import { z } from 'zod';
import { defineRoute, type Route } from '../http/route.ts';
import type { Clock } from '../lib/clock.ts';
import { settingsSchema } from '../sync/plan/settings.ts';
import { readScopeProblems } from '../sync/schema/scope-faults.ts';
import { bitrix24Address } from './address.ts';
import { readHourlyStats } from './hourly-stats.ts';
import { patchSettings } from './patch-settings.ts';
import { type SettingsDeps, saveSettings } from './settings.ts';
import type { Document } from './settings-diff.ts';
import { settingsPatchSchema } from './settings-patch.ts';
import { answerSettings, refuseLockingOut, savedBy, saveQuery, settingsSaved } from './settings-request.ts';
import { readVersioned } from './settings-versions.ts';
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
        const { tenantId } = caller;
        const { version, understood } = await readVersioned(deps.db, tenantId);
        const gone = await readScopeProblems(deps.db, tenantId, understood.settings);
        const problems = [...understood.problems, ...gone];
        return answerSettings({ version, understood: { ...understood, problems } }, language);
      },
    }),

    defineRoute({
      method: 'put',
      path: `${bitrix24Address}/settings`,
      summary:
        'Replace the settings; what is absent goes back to its default. If-Match or `version`: only that version',
      role: 'admin',
      query: saveQuery,
      body: settingsSchema,
      async handle(request) {
        const { caller, body, query, language } = request;
        const by = savedBy(request, query);
        refuseLockingOut(caller, body);
        const saved = await saveSettings(deps, caller.tenantId, body, by);
        return { ...answerSettings(saved, language), message: settingsSaved };
      },
    }),

    defineRoute({
      method: 'patch',
      path: `${bitrix24Address}/settings`,
      summary: 'Change what is named and nothing else; null sets a key back to its default, lists are replaced',
      role: 'admin',
      query: saveQuery,
      body: settingsPatchSchema,
      async handle(request) {
        const { caller, body, query, language } = request;
        const by = savedBy(request, query);
        // What its schema has let through is a part of a settings document.
        const patch = body as Document;
        const saved = await patchSettings(deps, caller, patch, by);
        return { ...answerSettings(saved, language), message: settingsSaved };
      },
    }),
  ];
}
