import { z } from 'zod';
import type { Crowd } from '../http/crowd.ts';
import { idParams, idSchema, idTextSchema } from '../http/ids.ts';
import { type Page, paginationOf, pagingSchema } from '../http/paging.ts';
import { defineRoute, type Route } from '../http/route.ts';
import type { Language } from '../lib/errors.ts';
import type { TaskRow } from '../sync/tasks/task-store.ts';
import { bitrix24Address, type RequireActive } from './address.ts';
import { peopleAnswer, taskAnswer, tasksAnswer } from './answers/tasks.ts';
import { presentPeople } from './card-people.ts';
import {
  addObjectTask,
  listObjectTasks,
  type ObjectPlace,
  type ObjectTaskDeps,
  objectOfDeal,
  presentTask,
  requireObjectOfDeal,
  type TaskInput,
} from './object-tasks.ts';

export interface TaskRouteDeps extends ObjectTaskDeps {
  requireActive: RequireActive;
  waiters: Crowd;
}

const body = z.strictObject({
  title: z.string().trim().min(1).max(255),
  description: z.string().trim().max(60_000).nullable().optional(),
  deadline: z.iso.datetime({ offset: true, local: true }).nullable().optional(),
  responsible_id: idSchema.optional(),
});
const query = z.strictObject(pagingSchema);
const card = z.strictObject({ type: z.enum(['deal']), id: idTextSchema });
const ofObject = '/api/objects/:id/tasks';
const ofCard = `${bitrix24Address}/cards/:type/:id/tasks`;

/** Makes the routes of an object's tasks in the portal, by the object and by its deal's card. */
export function makeTaskRoutes(deps: TaskRouteDeps): Route[] {
  return [...makeListRoutes(deps), makePeopleRoute(deps), ...makeAddRoutes(deps)];
}

function makeListRoutes(deps: TaskRouteDeps): Route[] {
  return [
    defineRoute({
      method: 'get',
      path: ofObject,
      summary: 'Tasks that were made in Bitrix24 for an object, the newest first',
      tag: 'Tasks',
      answers: { 200: tasksAnswer },
      params: idParams,
      query,
      async handle({ caller: { tenantId }, params, query, language }) {
        return { data: await page(deps, { tenantId, objectId: params.id }, query, language) };
      },
    }),

    defineRoute({
      method: 'get',
      path: ofCard,
      summary: 'Tasks that were made in Bitrix24 for the object behind a deal, the newest first',
      tag: 'Tasks',
      answers: { 200: tasksAnswer },
      failures: [409, 502],
      visitors: 'card',
      params: card,
      query,
      async handle({ caller: { tenantId }, params, query, language }) {
        const objectId = await objectOfDeal(deps.db, tenantId, params.id);
        if (objectId === null) return { data: { items: [], pagination: paginationOf(query, 0) } };
        return { data: await page(deps, { tenantId, objectId }, query, language) };
      },
    }),
  ];
}

function makePeopleRoute(deps: TaskRouteDeps): Route {
  return defineRoute({
    method: 'get',
    path: `${bitrix24Address}/cards/:type/:id/people`,
    summary: 'Employees of the portal who can be responsible for a task, by name',
    tag: 'Cards',
    answers: { 200: peopleAnswer },
    failures: [409, 502],
    visitors: 'card_edit',
    params: card,
    query: z.strictObject({ q: z.string().trim().min(1).max(100).optional() }),
    async handle({ caller: { tenantId }, query: { q }, language }) {
      const client = await deps.clientFor(tenantId);
      return { data: presentPeople(await client.choices({ urgency: 'interactive' }), q, language) };
    },
  });
}

function makeAddRoutes(deps: TaskRouteDeps): Route[] {
  return [
    defineRoute({
      method: 'post',
      path: ofObject,
      summary: "Make a task in Bitrix24, bound to the object's deal",
      tag: 'Tasks',
      answers: { 201: taskAnswer, 202: taskAnswer },
      failures: [422, 502],
      role: 'user',
      params: idParams,
      body,
      async handle({ caller: { tenantId, subject }, params, body, language, signal }) {
        const place = { tenantId, objectId: params.id };
        return add(deps, place, { input: body, requestedBy: subject, signal, language });
      },
    }),

    defineRoute({
      method: 'post',
      path: ofCard,
      summary: 'Make a task in Bitrix24, bound to the deal of the card',
      tag: 'Tasks',
      answers: { 201: taskAnswer, 202: taskAnswer },
      failures: [422, 502],
      role: 'user',
      visitors: 'card_edit',
      params: card,
      body,
      async handle({ caller: { tenantId, subject }, params, body, language, signal }) {
        const place = { tenantId, objectId: await requireObjectOfDeal(deps.db, tenantId, params.id) };
        return add(deps, place, { input: body, requestedBy: subject, signal, language });
      },
    }),
  ];
}

interface AddRequest {
  input: TaskInput;
  requestedBy: string;
  signal: AbortSignal;
  language: Language;
}

/** 202 while it is not known whether the portal made it: it is found, or made, within minutes. */
async function add(deps: TaskRouteDeps, place: ObjectPlace, { signal, language, ...request }: AddRequest) {
  const row = await deps.waiters.hold(place.tenantId, async () => {
    await deps.requireActive(place.tenantId);
    signal.throwIfAborted();
    return addObjectTask(deps, place, request, { urgency: 'interactive' });
  });
  const data = presentTask(row, await deps.portalOf(place.tenantId), language);
  return { status: row.status === 'sending' ? 202 : 201, data };
}

async function page(deps: TaskRouteDeps, place: ObjectPlace, asked: Page, language: Language) {
  const { rows, total } = await listObjectTasks(deps, place, asked);
  return { items: await present(deps, place.tenantId, rows, language), pagination: paginationOf(asked, total) };
}

async function present(deps: TaskRouteDeps, tenantId: number, rows: readonly TaskRow[], language: Language) {
  const portal = await deps.portalOf(tenantId);
  return rows.map((row) => presentTask(row, portal, language));
}
