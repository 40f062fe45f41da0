import { z } from 'zod';
import { idParams } from '../http/ids.ts';
import { paginationOf, pagingSchema } from '../http/paging.ts';
import { defineRoute, type Route } from '../http/route.ts';
import type { Database } from '../models/database.ts';
import { errorsAddress } from './address.ts';
import { type ErrorActionDeps, makeErrorActions } from './error-actions.ts';
import { groupErrors } from './error-groups.ts';
import { listErrors, presentError, readErrorStats } from './error-list.ts';

export interface ErrorRouteDeps extends ErrorActionDeps {
  db: Database;
}

const kind = z.enum(['auth', 'network', 'validation', 'limit', 'conflict', 'gone']);
const name = z.string().trim().min(1).max(50);

const code = z.string().trim().min(1).max(100);

const listQuery = z.strictObject({
  ...pagingSchema,
  status: z.enum(['pending', 'failed', 'resolved']).optional(),
  service: name.optional(),
  operation: name.optional(),
  kind: kind.optional(),
  code: code.optional(),
  retryable_only: z.stringbool({ truthy: ['true', '1'], falsy: ['false', '0'] }).optional(),
});

const retryAllBody = z
  .strictObject({
    service: name.optional(),
    operation: name.optional(),
    kind: kind.optional(),
    code: code.optional(),
    retryable_only: z.boolean().optional(),
  })
  .default({});

/** Makes the routes of the error table: list, counts, retry one or all, close. */
export function makeErrorRoutes(deps: ErrorRouteDeps): Route[] {
  const { db } = deps;
  const actions = makeErrorActions(deps);
  return [
    defineRoute({
      method: 'get',
      path: errorsAddress,
      summary: 'Errors, the newest first',
      query: listQuery,
      async handle({ caller, query, language }) {
        const { rows, total } = await listErrors(db, caller.tenantId, query);
        const { page, limit, total_pages } = paginationOf(query, total);
        return { data: { items: rows.map((row) => presentError(row, language)), total, page, limit, total_pages } };
      },
    }),

    defineRoute({
      method: 'get',
      path: `${errorsAddress}/stats`,
      summary: 'Counts of errors, and the ten that happened last',
      async handle({ caller }) {
        return { data: await readErrorStats(db, caller.tenantId) };
      },
    }),

    defineRoute({
      method: 'get',
      path: `${errorsAddress}/groups`,
      summary: 'Open errors by cause, with what to do, the most frequent first',
      async handle({ caller, language }) {
        return { data: { groups: await groupErrors(db, caller.tenantId, language) } };
      },
    }),

    defineRoute({
      method: 'post',
      path: `${errorsAddress}/retry-all`,
      summary: 'Try every failed record again, or those that fit the filter',
      role: 'admin',
      body: retryAllBody,
      async handle({ caller, body }) {
        const retried = await actions.retryAll(caller.tenantId, body);
        return { data: { retried }, message: { ru: `Повторяем: ${retried}`, en: `Trying again: ${retried}` } };
      },
    }),

    defineRoute({
      method: 'post',
      path: `${errorsAddress}/:id/retry`,
      summary: 'Try one record again, before everything else',
      role: 'admin',
      params: idParams,
      async handle({ caller, params }) {
        return { data: await actions.retry(caller.tenantId, params.id) };
      },
    }),

    defineRoute({
      method: 'post',
      path: `${errorsAddress}/:id/resolve`,
      summary: 'Close an error without trying again',
      role: 'admin',
      params: idParams,
      async handle({ caller, params }) {
        return { data: await actions.resolve(caller.tenantId, params.id) };
      },
    }),
  ];
}
