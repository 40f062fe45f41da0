import { z } from 'zod';
import type { PortalState } from '../bitrix24/limits/forecast.ts';
import { idParams } from '../http/ids.ts';
import { defineRoute, type Route } from '../http/route.ts';
import type { Clock } from '../lib/clock.ts';
import { AppError, notFound } from '../lib/errors.ts';
import type { Entity } from '../lib/records.ts';
import type { Database } from '../models/database.ts';
import { readFieldMap } from '../sync/load/read-field-map.ts';
import { readSettings } from '../sync/load/read-settings.ts';
import type { RunRow } from '../sync/runs/run-row.ts';
import { findRun, startRun } from '../sync/runs/runs.ts';
import { listSchema } from '../sync/schema/schema-store.ts';
import { bitrix24Address, type RequireActive } from './address.ts';
import { previewAnswer } from './answers/previews.ts';
import { runAnswer } from './answers/runs.ts';
import { requireGoing } from './pauses.ts';
import { type FieldNames, presentPreview } from './present-preview.ts';
import { presentRun } from './present-run.ts';
import { readOutdated } from './preview-age.ts';

export interface PreviewRouteDeps {
  db: Database;
  clock: Clock;
  requireActive: RequireActive;
  /** What the tenant's portal has left of its limits; null when it has none. */
  portalStateOf(tenantId: number): Promise<PortalState | null>;
  /** The next moment of the night at which the tenant's portal is quiet. */
  nextNight(tenantId: number): Promise<Date>;
}

const startSchema = z.strictObject({
  /** All, or so many of each kind. */
  records: z.union([z.literal('all'), z.number().int().min(1).max(100_000)]).default('all'),
  when: z.enum(['now', 'tonight']).default('now'),
  /** Without robots of the portal; absent: as the preview was asked for. */
  silent: z.boolean().optional(),
  /** Start although settings were changed since. */
  outdated: z.boolean().default(false),
});

/** The routes of previews: a dry run with what it found and what its run takes, and the start of that run. */
export function makePreviewRoutes(deps: PreviewRouteDeps): Route[] {
  const { db, clock } = deps;
  return [
    defineRoute({
      method: 'get',
      path: `${bitrix24Address}/preview/:id`,
      summary:
        'What a dry run found, ten examples of each outcome, how long its run takes on this portal, and whether it is out of date',
      tag: 'Runs',
      answers: { 200: previewAnswer },
      params: idParams,
      async handle({ caller, params }) {
        const run = await findPreview(db, caller.tenantId, params.id);
        const [names, portal, outdated] = await Promise.all([
          readNames(db, run),
          deps.portalStateOf(caller.tenantId),
          readOutdated(db, run, clock.now()),
        ]);
        return { data: presentPreview(run, { names, portal, outdated, now: clock.now() }) };
      },
    }),

    defineRoute({
      method: 'post',
      path: `${bitrix24Address}/preview/:id/start`,
      summary: 'Start the run of a preview: all of it or the first records of each kind, now or in the coming night',
      tag: 'Runs',
      answers: { 202: runAnswer },
      role: 'admin',
      params: idParams,
      body: startSchema,
      async handle({ caller, params, body }) {
        const preview = await findPreview(db, caller.tenantId, params.id);
        if (preview.state !== 'finished') throw notFinished();
        const { reasons } = await readOutdated(db, preview, clock.now());
        if (reasons.includes('settings') && !body.outdated) throw isOutdated();
        await deps.requireActive(caller.tenantId);
        await requireGoing(db, caller.tenantId, { entities: preview.entities, localId: null });
        const run = await startRun(db, {
          ...requestOf(preview),
          silent: body.silent ?? preview.silent,
          requestedBy: caller.subject,
          ...(body.when === 'tonight' && { startsAt: await deps.nextNight(caller.tenantId) }),
          filter: { ...requestOf(preview).filter, ...(body.records !== 'all' && { first: body.records }) },
        });
        const message = body.when === 'tonight' ? scheduled : started;
        return { status: 202, data: presentRun(run, clock.now()), message };
      },
    }),
  ];
}

const started = { ru: 'Синхронизация запущена', en: 'The synchronisation has started' };
const scheduled = { ru: 'Синхронизация начнётся ночью', en: 'The synchronisation starts in the night' };

/** What the run of a preview is asked for with. */
function requestOf({ id, tenant_id, direction, entities, filter, import_new }: RunRow) {
  const { ids, updated_since, crm, bitrix24 } = filter;
  return {
    ...{ tenantId: tenant_id, direction, entities, dryRun: false, importNew: import_new, previewId: id },
    filter: {
      ...(ids && { ids }),
      ...(updated_since && { updatedSince: new Date(updated_since) }),
      ...(crm && { crm }),
      ...(bitrix24 && { bitrix24 }),
    },
  };
}

async function findPreview(db: Database, tenantId: number, id: number): Promise<RunRow> {
  const run = await findRun(db, tenantId, id);
  if (!run.dry_run) throw notFound({ ru: 'Такого предпросмотра нет', en: 'There is no such preview' });
  return run;
}

/** The field maps as they are set now, with the portal's words for its fields as they were last read. */
async function readNames(db: Database, run: RunRow): Promise<ReadonlyMap<Entity, FieldNames>> {
  const tenantId = run.tenant_id;
  const [settings, schemas] = await Promise.all([readSettings({ db }, tenantId), listSchema(db, tenantId)]);
  const named = run.entities.map(async (entity): Promise<[Entity, FieldNames]> => {
    const content = schemas.find(({ part }) => part === `fields:${entity}`)?.content ?? {};
    const titles = new Map(Object.entries(content).map(([field, { title }]) => [field, title]));
    return [entity, { map: await readFieldMap(db, { tenantId, entity }, settings), titles }];
  });
  return new Map(await Promise.all(named));
}

function notFinished(): AppError {
  return new AppError({
    code: 'preview_unfinished',
    status: 409,
    text: {
      ru: 'Предпросмотр ещё не закончен: дождитесь конца, чтобы знать, что будет сделано',
      en: 'The preview has not ended yet: wait for its end to know what is going to be done',
    },
  });
}

function isOutdated(): AppError {
  return new AppError({
    code: 'preview_outdated',
    status: 409,
    text: {
      ru: 'Настройки изменены после предпросмотра: сделайте его заново или повторите запуск с "outdated": true',
      en: 'The settings were changed after the preview: make it anew, or start once more with "outdated": true',
    },
  });
}
