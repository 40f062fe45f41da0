import { defineRoute, type Route } from '../http/route.ts';
import { settingsSchema } from '../sync/plan/settings.ts';
import { readScopeProblems } from '../sync/schema/scope-faults.ts';
import { bitrix24Address } from './address.ts';
import { settingsAnswer } from './answers/settings.ts';
import { patchSettings } from './patch-settings.ts';
import { type SettingsDeps, saveSettings } from './settings.ts';
import type { Document } from './settings-diff.ts';
import { settingsPatchSchema } from './settings-patch.ts';
import { answerSettings, refuseLockingOut, savedBy, saveQuery, settingsSaved } from './settings-request.ts';
import { readVersioned } from './settings-versions.ts';

/** Makes the routes of a tenant's settings. */
export function makeSettingsRoutes(deps: SettingsDeps): Route[] {
  return [
    defineRoute({
      method: 'get',
      path: `${bitrix24Address}/settings`,
      summary: 'Settings of the synchronisation, defaults filled in, with what is not understood',
      tag: 'Settings',
      answers: { 200: settingsAnswer },
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
      tag: 'Settings',
      answers: { 200: settingsAnswer },
      failures: [502],
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
      tag: 'Settings',
      answers: { 200: settingsAnswer },
      failures: [502],
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
