import { z } from 'zod';
import { countTextSchema } from '../http/ids.ts';
import { paginationOf, pagingSchema } from '../http/paging.ts';
import { defineRoute, type Route } from '../http/route.ts';
import { validate } from '../http/validate.ts';
import type { Clock } from '../lib/clock.ts';
import { settingsSchema } from '../sync/plan/settings.ts';
import { bitrix24Address } from './address.ts';
import { exportAnswer, importAnswer, settingsAnswer, versionAnswer, versionsAnswer } from './answers/settings.ts';
import { checkSettings, type SettingsDeps, saveSettings } from './settings.ts';
import { changedPaths, ownKeys } from './settings-diff.ts';
import { documentFormat, documentFormatVersion, documentSchema, importSchema } from './settings-document.ts';
import { answerSettings, refuseLockingOut, savedBy, saveQuery, settingsSaved } from './settings-request.ts';
import { findVersion, listVersions, readVersioned, requireVersion } from './settings-versions.ts';

export interface SettingsVersionRouteDeps extends SettingsDeps {
  clock: Clock;
}

const numberParams = z.strictObject({ number: countTextSchema });

/** Makes the routes of earlier versions of a tenant's settings, and of the document that carries them elsewhere. */
export function makeSettingsVersionRoutes(deps: SettingsVersionRouteDeps): Route[] {
  return [...versionRoutes(deps), ...documentRoutes(deps)];
}

function versionRoutes(deps: SettingsVersionRouteDeps): Route[] {
  const { db } = deps;
  return [
    defineRoute({
      method: 'get',
      path: `${bitrix24Address}/settings/versions`,
      summary: 'Saved versions of the settings, the newest first: who, when, what was changed',
      tag: 'Settings',
      answers: { 200: versionsAnswer },
      query: z.strictObject(pagingSchema),
      async handle({ caller, query }) {
        await readVersioned(db, caller.tenantId);
        const { rows, total } = await listVersions(db, caller.tenantId, query);
        return { data: { versions: rows, pagination: paginationOf(query, total) } };
      },
    }),

    defineRoute({
      method: 'get',
      path: `${bitrix24Address}/settings/versions/:number`,
      summary: 'One version of the settings as it was saved; what it does not name was its default',
      tag: 'Settings',
      answers: { 200: versionAnswer },
      params: numberParams,
      async handle({ caller, params }) {
        await readVersioned(db, caller.tenantId);
        return { data: await findVersion(db, caller.tenantId, params.number) };
      },
    }),

    defineRoute({
      method: 'post',
      path: `${bitrix24Address}/settings/versions/:number/restore`,
      summary: 'Save an earlier version anew, checked like any other',
      tag: 'Settings',
      answers: { 200: settingsAnswer },
      failures: [502],
      role: 'admin',
      params: numberParams,
      query: saveQuery,
      async handle(request) {
        const { caller, params, query, language } = request;
        const { settings } = await findVersion(db, caller.tenantId, params.number);
        const restored = settingsSchema.parse(validate(settingsSchema, settings, 'settings'));
        refuseLockingOut(caller, restored);
        const by = savedBy(request, { note: `restored ${params.number}`, ...query });
        const saved = await saveSettings(deps, caller.tenantId, restored, by);
        return { ...answerSettings(saved, language), message: settingsSaved };
      },
    }),
  ];
}

function documentRoutes(deps: SettingsVersionRouteDeps): Route[] {
  const { db, clock } = deps;
  return [
    defineRoute({
      method: 'get',
      path: `${bitrix24Address}/settings/export`,
      summary: 'The settings as a document for another company or server; it holds no secrets',
      tag: 'Settings',
      answers: { 200: exportAnswer },
      async handle({ caller }) {
        const { stored } = await readVersioned(db, caller.tenantId);
        const head = { format: documentFormat, format_version: documentFormatVersion };
        return { data: { ...head, exported_at: clock.now(), settings: ownKeys(stored) } };
      },
    }),

    defineRoute({
      method: 'post',
      path: `${bitrix24Address}/settings/import`,
      summary: 'Replace the settings by an exported document; with `dry_run` only tell what would change',
      tag: 'Settings',
      answers: { 200: importAnswer },
      failures: [502],
      role: 'admin',
      query: saveQuery,
      body: importSchema,
      async handle(request) {
        const { caller, body, query, language } = request;
        const { tenantId } = caller;
        const by = savedBy(request, query);
        const { document } = documentSchema.parse(validate(documentSchema, { document: body.document }, 'body'));
        const { settings } = document;
        refuseLockingOut(caller, settings);
        const { version: present, stored } = await readVersioned(db, tenantId);
        const changed = changedPaths(stored, settings);
        if (body.dry_run) {
          await requireVersion(db, tenantId, { present, expected: by.expected ?? null });
          await checkSettings(deps, tenantId, settings);
          return { data: { dry_run: true as const, version: present, changed } };
        }
        const saved = await saveSettings(deps, tenantId, settings, { ...by, expected: by.expected ?? [present] });
        const { data, ...answer } = answerSettings(saved, language);
        return { ...answer, data: { ...data, changed }, message: settingsSaved };
      },
    }),
  ];
}
