import { z } from 'zod';
import type { Bitrix24Client } from '../bitrix24/client.ts';
import type { Crowd } from '../http/crowd.ts';
import { idParams } from '../http/ids.ts';
import { paginationOf, pagingSchema } from '../http/paging.ts';
import { defineRoute, type Route } from '../http/route.ts';
import type { Clock } from '../lib/clock.ts';
import { notFound } from '../lib/errors.ts';
import { entities } from '../lib/records.ts';
import type { Database } from '../models/database.ts';
import { bitrix24Address, type RequireActive } from './address.ts';
import {
  deletedMappingAnswer,
  historyAnswer,
  mappingsAnswer,
  pairAnswer,
  syncedPairAnswer,
} from './answers/mappings.ts';
import { companiesNamedIn, nameCompanies, nameEditors } from './history-names.ts';
import { deleteMapping, syncMapping } from './mapping-actions.ts';
import { findMapping, listMappings, shownStates } from './mapping-list.ts';
import { readPairHistory } from './pair-history.ts';
import { presentPair, viewPair } from './pair-view.ts';

export interface MappingRouteDeps {
  db: Database;
  clock: Clock;
  clientFor(tenantId: number): Promise<Bitrix24Client>;
  requireActive: RequireActive;
  waiters: Crowd;
}

const listQuery = z.strictObject({
  ...pagingSchema,
  local_type: z.enum(entities).optional(),
  state: z.enum(shownStates).optional(),
  paused: z
    .enum(['true', 'false'])
    .transform((value) => value === 'true')
    .optional(),
  q: z.string().trim().min(1).max(200).optional(),
});

/** Makes the routes that list mappings, show one pair side by side, have it looked at, and forget it. */
export function makeMappingRoutes(deps: MappingRouteDeps): Route[] {
  return [...listRoutes(deps), ...actionRoutes(deps)];
}

function listRoutes(deps: MappingRouteDeps): Route[] {
  const { db } = deps;
  return [
    defineRoute({
      method: 'get',
      path: `${bitrix24Address}/mappings`,
      summary: 'Mappings, the newest first',
      tag: 'Records',
      answers: { 200: mappingsAnswer },
      query: listQuery,
      async handle({ caller, query }) {
        const { rows, total, more } = await listMappings(db, caller.tenantId, query);
        return { data: { mappings: rows, pagination: paginationOf(query, total, more) } };
      },
    }),

    defineRoute({
      method: 'get',
      path: `${bitrix24Address}/mappings/:id`,
      summary: 'One record pair side by side, with its history; the Bitrix24 record is read live',
      tag: 'Records',
      answers: { 200: pairAnswer },
      params: idParams,
      async handle({ caller, params, language }) {
        return { data: presentPair(await viewPair(deps, caller.tenantId, params.id), language) };
      },
    }),

    defineRoute({
      method: 'get',
      path: `${bitrix24Address}/mappings/:id/history`,
      summary: 'Every applied change of one record pair, the newest first',
      tag: 'Records',
      answers: { 200: historyAnswer },
      params: idParams,
      query: z.strictObject(pagingSchema),
      async handle({ caller, params, query }) {
        const mapping = await findMapping(db, caller.tenantId, params.id);
        if (!mapping) throw notFound();
        const record = { entity: mapping.local_type, localId: mapping.local_id };
        const { rows, total } = await readPairHistory(db, caller.tenantId, record, query);
        const lines = await nameEditors(() => deps.clientFor(caller.tenantId), rows);
        const company_names = await nameCompanies(db, caller.tenantId, companiesNamedIn([], rows));
        return { data: { lines, company_names, pagination: paginationOf(query, total) } };
      },
    }),
  ];
}

function actionRoutes(deps: MappingRouteDeps): Route[] {
  const { db, requireActive } = deps;
  return [
    defineRoute({
      method: 'post',
      path: `${bitrix24Address}/mappings/:id/sync`,
      summary: 'Have one pair looked at before everything else',
      tag: 'Records',
      answers: { 200: syncedPairAnswer, 202: syncedPairAnswer },
      failures: [502],
      role: 'admin',
      params: idParams,
      body: z.strictObject({ wait: z.boolean().optional() }).default({}),
      async handle({ caller, params, body, signal }) {
        await requireActive(caller.tenantId);
        const wait = body.wait ?? false;
        const work = () => syncMapping({ ...deps, signal }, caller.tenantId, params.id, wait);
        const pair = wait ? await deps.waiters.hold(caller.tenantId, work) : await work();
        return { status: pair.done ? 200 : 202, data: pair };
      },
    }),

    defineRoute({
      method: 'delete',
      path: `${bitrix24Address}/mappings/:id`,
      summary: 'Forget a mapping; both records stay as they are',
      tag: 'Records',
      answers: { 200: deletedMappingAnswer },
      role: 'admin',
      params: idParams,
      async handle({ caller, params }) {
        await deleteMapping(db, caller.tenantId, params.id);
        return { data: { id: params.id }, message: { ru: 'Связь удалена', en: 'The mapping is deleted' } };
      },
    }),
  ];
}
