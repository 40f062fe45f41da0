import { z } from 'zod';
import { idParams, idTextSchema } from '../http/ids.ts';
import { offsetOf, paginationOf, pagingSchema } from '../http/paging.ts';
import { defineRoute, type Route } from '../http/route.ts';
import type { Clock } from '../lib/clock.ts';
import type { Language, Text } from '../lib/errors.ts';
import { zip } from '../lib/zip.ts';
import type { Database } from '../models/database.ts';
import { listLeft, type UndoLeft } from '../sync/journal/undo-left.ts';
import type { LeftReason } from '../sync/plan/undo.ts';
import { findRun } from '../sync/runs/runs.ts';
import { undoLine, undoRun } from '../sync/runs/undo-start.ts';
import { bitrix24Address, type RequireActive } from './address.ts';
import { leftAnswer, runAnswer } from './answers/runs.ts';
import { readLeftNames } from './left-names.ts';
import { presentRun } from './present-run.ts';

export interface UndoRouteDeps {
  db: Database;
  clock: Clock;
  requireActive: RequireActive;
}

const body = z
  .strictObject({ dry_run: z.boolean().default(false), created: z.enum(['keep', 'unlink', 'delete']).default('keep') })
  .default({ dry_run: false, created: 'keep' });

const started = { ru: 'Откат запущен', en: 'The undo has started' };

/** Makes the routes that take a run, or one change, back, and that show what was left. */
export function makeUndoRoutes(deps: UndoRouteDeps): Route[] {
  const { db, clock } = deps;
  return [
    defineRoute({
      method: 'post',
      path: `${bitrix24Address}/runs/:id/undo`,
      summary: 'Take back what a run changed, where it was not edited since; an undo is a run itself',
      tag: 'Runs',
      answers: { 202: runAnswer },
      role: 'admin',
      params: idParams,
      body,
      async handle({ caller: { tenantId, subject }, params, body }) {
        await deps.requireActive(tenantId);
        const options = { tenantId, created: body.created, dryRun: body.dry_run, requestedBy: subject };
        return { status: 202, data: presentRun(await undoRun(db, options, params.id), clock.now()), message: started };
      },
    }),

    defineRoute({
      method: 'post',
      path: `${bitrix24Address}/activity/:logId/undo`,
      summary: "Take one change back: a line of the activity, or of a pair's history",
      tag: 'Runs',
      answers: { 202: runAnswer },
      role: 'admin',
      params: z.strictObject({ logId: idTextSchema }),
      body,
      async handle({ caller: { tenantId, subject }, params, body }) {
        await deps.requireActive(tenantId);
        const options = { tenantId, created: body.created, dryRun: body.dry_run, requestedBy: subject };
        const run = await undoLine(db, options, params.logId);
        return { status: 202, data: presentRun(run, clock.now()), message: started };
      },
    }),

    defineRoute({
      method: 'get',
      path: `${bitrix24Address}/runs/:id/left`,
      summary: 'What an undo left as it is, with the reason',
      tag: 'Runs',
      answers: { 200: leftAnswer },
      params: idParams,
      query: z.strictObject(pagingSchema),
      async handle({ caller: { tenantId }, params, query, language }) {
        await findRun(db, tenantId, params.id);
        const page = { limit: query.limit, offset: offsetOf(query) };
        const { rows, total } = await listLeft(db, { tenantId, runId: params.id }, page);
        const names = await readLeftNames(db, tenantId, rows);
        const items = zip(rows, names).map(([row, known]) => ({ ...presentLeft(row, language), ...known }));
        return { data: { items, pagination: paginationOf(query, total) } };
      },
    }),
  ];
}

const reasons: Record<LeftReason, Text> = {
  edited: { ru: 'изменено после этой синхронизации', en: 'edited since the run' },
  not_mapped: { ru: 'поле больше не синхронизируется', en: 'the field is not synchronised any more' },
  computed: {
    ru: 'значение вычисляется из других: верните их',
    en: 'the value is computed from others: put those back',
  },
  one_way: {
    ru: 'настройки не пускают значение на другую сторону',
    en: 'the settings do not let the value go to the other side',
  },
  record_gone: { ru: 'записи нет или она больше не связана', en: 'a record is gone, or no longer linked' },
  unreadable: { ru: 'портал не отдаёт запись', en: 'the portal does not give the record' },
  paused: { ru: 'синхронизация записи приостановлена', en: 'the record is paused' },
  excluded: { ru: 'запись вне области синхронизации', en: 'the record is outside of the scope' },
  value_taken: { ru: 'такое значение уже есть у другой записи', en: 'another record has this value' },
  created_kept: { ru: 'созданная запись оставлена', en: 'the created record was kept' },
  link_kept: { ru: 'связь оставлена', en: 'the link was kept' },
  deleted: {
    ru: 'удаление и закрытие так не возвращаются: восстановите запись',
    en: 'a deletion or a closing is not taken back this way: restore the record',
  },
  shared: { ru: 'с этой компанией связаны и другие договоры', en: 'other contracts stand for the company, too' },
};

/** Something left, as callers see it. */
export function presentLeft({ logId, localId, remoteId, reason, ...left }: UndoLeft, language: Language) {
  return {
    log_id: logId,
    entity: left.entity,
    local_id: localId,
    bitrix24_id: remoteId,
    field: left.field,
    reason,
    reason_text: reasons[reason as LeftReason]?.[language] ?? reason,
    side: left.side,
    actor: left.actor,
  };
}
