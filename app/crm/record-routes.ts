import { z } from 'zod';
import { idParams as params } from '../http/ids.ts';
import { paginationOf, pagingSchema } from '../http/paging.ts';
import { defineRoute, type Route } from '../http/route.ts';
import type { Models } from '../models/index.ts';
import { deletedAnswer, recordAnswers, recordsAnswer } from './answers.ts';
import { warningsOf } from './imei-warning.ts';
import { changeSchema, newRecordSchema, type RecordKind, recordKinds } from './kinds.ts';
import { makeRecords, type Records } from './records.ts';

/** Makes list, read, create, change, delete and restore for objects, users and contracts. */
export function makeRecordRoutes(models: Models): Route[] {
  return recordKinds.flatMap((kind) => routesOf(kind, models));
}

function routesOf(kind: RecordKind, models: Models): Route[] {
  const records = makeRecords(kind, models);
  const address = `/api/${kind.name}`;
  const record = recordAnswers[kind.name];
  const change = (method: 'put' | 'patch') =>
    defineRoute({
      method,
      path: `${address}/:id`,
      summary: `Change the given fields of one of the ${kind.name}`,
      tag: 'CRM records',
      answers: { 200: record },
      role: 'user',
      params,
      body: changeSchema(kind),
      async handle({ caller, params: { id }, body }) {
        return { data: await records.change(caller.tenantId, id, body), warnings: warningsOf(body) };
      },
    });
  return [
    defineRoute({
      method: 'get',
      path: address,
      summary: `The tenant's ${kind.name}, page by page`,
      tag: 'CRM records',
      answers: { 200: recordsAnswer(kind) },
      query: z.strictObject({
        ...pagingSchema,
        q: z.string().trim().min(1).max(200).optional(),
        ...kind.filters,
      }),
      async handle({ caller, query }) {
        const { page, limit, q, ...filters } = query;
        const { items, total } = await records.list(caller.tenantId, {
          page,
          limit,
          q: q as string | undefined,
          filters,
        });
        return { data: { items, pagination: paginationOf({ page, limit }, total) } };
      },
    }),
    defineRoute({
      method: 'get',
      path: `${address}/:id`,
      summary: `One of the ${kind.name}`,
      tag: 'CRM records',
      answers: { 200: record },
      params,
      async handle({ caller, params: { id } }) {
        return { data: await records.read(caller.tenantId, id) };
      },
    }),
    defineRoute({
      method: 'post',
      path: address,
      summary: `Create one of the ${kind.name}`,
      tag: 'CRM records',
      answers: { 201: record },
      role: 'user',
      body: newRecordSchema(kind),
      async handle({ caller, body }) {
        return { status: 201, data: await records.create(caller.tenantId, body), warnings: warningsOf(body) };
      },
    }),
    change('put'),
    change('patch'),
    ...goingRoutes(kind, records),
  ];
}

/** Out of the lists, and back. */
function goingRoutes(kind: RecordKind, records: Records): Route[] {
  const address = `/api/${kind.name}`;
  return [
    defineRoute({
      method: 'delete',
      path: `${address}/:id`,
      summary: `Delete one of the ${kind.name}; it is kept, marked as deleted`,
      tag: 'CRM records',
      answers: { 200: deletedAnswer },
      role: 'user',
      params,
      async handle({ caller, params: { id } }) {
        await records.remove(caller.tenantId, id);
        return { data: { id }, message: { ru: 'Запись удалена', en: 'The record is deleted' } };
      },
    }),
    defineRoute({
      method: 'post',
      path: `${address}/:id/restore`,
      summary: `Restore one of the ${kind.name} that was deleted; it is synchronised again`,
      tag: 'CRM records',
      answers: { 200: recordAnswers[kind.name] },
      role: 'user',
      params,
      async handle({ caller, params: { id } }) {
        const data = await records.restore(caller.tenantId, id);
        return { data, message: { ru: 'Запись восстановлена', en: 'The record is restored' } };
      },
    }),
  ];
}
