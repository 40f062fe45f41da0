import { z } from 'zod';
import { idParams } from '../http/ids.ts';
import { defineRoute, type Route } from '../http/route.ts';
import type { Database } from '../models/database.ts';
import { bitrix24Address } from './address.ts';
import { listViewAnswer, listViewDeletedAnswer, listViewsAnswer } from './answers/list-views.ts';
import { deleteView, readViews, savedLists, saveView } from './list-views.ts';

const list = z.enum(savedLists);
const body = z.strictObject({
  list,
  name: z.string().trim().min(1).max(100),
  filter: z
    .record(z.string().regex(/^[a-z_]{1,30}$/), z.string().max(200))
    .refine((filter) => Object.keys(filter).length <= 20),
});

/** Makes the routes of filters that a company saves under names. */
export function makeListViewRoutes({ db }: { db: Database }): Route[] {
  return [
    defineRoute({
      method: 'get',
      path: `${bitrix24Address}/views`,
      summary: 'Saved filters of one list, or of all, by name',
      tag: 'Records',
      answers: { 200: listViewsAnswer },
      query: z.strictObject({ list: list.optional() }),
      async handle({ caller, query }) {
        return { data: { views: await readViews(db, caller.tenantId, query.list ?? null) } };
      },
    }),

    defineRoute({
      method: 'put',
      path: `${bitrix24Address}/views`,
      summary: 'Save a filter of a list under a name; the one that has the name gives way',
      tag: 'Records',
      answers: { 200: listViewAnswer },
      role: 'admin',
      body,
      async handle({ caller, body }) {
        return { data: await saveView(db, caller.tenantId, body, caller.subject) };
      },
    }),

    defineRoute({
      method: 'delete',
      path: `${bitrix24Address}/views/:id`,
      summary: 'Delete a saved filter',
      tag: 'Records',
      answers: { 200: listViewDeletedAnswer },
      role: 'admin',
      params: idParams,
      async handle({ caller, params }) {
        await deleteView(db, caller.tenantId, params.id);
        return { data: { id: params.id } };
      },
    }),
  ];
}
