import { z } from 'zod';
import { idParams, idTextSchema } from '../http/ids.ts';
import { paginationOf, pagingSchema } from '../http/paging.ts';
import { defineRoute, type Route } from '../http/route.ts';
import { notFound } from '../lib/errors.ts';
import { entities } from '../lib/records.ts';
import type { Database } from '../models/database.ts';
import { portalRequestWholeAnswer, requestsAnswer } from './answers/requests.ts';
import { findRequest, listRequests } from './request-list.ts';

const address = '/api/integration/bitrix24/requests';

const time = z.iso.datetime({ offset: true }).transform((text) => new Date(text));

const incomplete = {
  ru: 'local_type и local_id, как и bitrix24_type и bitrix24_id, задаются вместе',
  en: 'local_type and local_id belong together, and so do bitrix24_type and bitrix24_id',
};

const listQuery = z
  .strictObject({
    ...pagingSchema,
    local_type: z.enum(entities).optional(),
    local_id: idTextSchema.optional(),
    bitrix24_type: z.enum(['deal', 'contact', 'company']).optional(),
    bitrix24_id: idTextSchema.optional(),
    method: z.string().trim().min(1).max(100).optional(),
    outcome: z.enum(['ok', 'partly', 'refused', 'unanswered']).optional(),
    since: time.optional(),
    until: time.optional(),
  })
  .refine(
    (query) =>
      (query.local_type === undefined) === (query.local_id === undefined) &&
      (query.bitrix24_type === undefined) === (query.bitrix24_id === undefined),
    { params: { text: incomplete } },
  );

/** Makes the routes of the log of requests to the portal: for administrators, because texts hold what was written of people. */
export function makeRequestRoutes({ db }: { db: Database }): Route[] {
  return [
    defineRoute({
      method: 'get',
      path: address,
      summary: 'Requests to the portal of the last three days, the newest first; by record, method, outcome and time',
      tag: 'Monitoring',
      answers: { 200: requestsAnswer },
      role: 'admin',
      query: listQuery,
      async handle({ caller, query }) {
        const { rows, total, more } = await listRequests(db, caller.tenantId, query);
        return { data: { items: rows, pagination: paginationOf(query, total, more) } };
      },
    }),

    defineRoute({
      method: 'get',
      path: `${address}/:id`,
      summary: 'One request to the portal with its answer, without secrets, long texts cut',
      tag: 'Monitoring',
      answers: { 200: portalRequestWholeAnswer },
      role: 'admin',
      params: idParams,
      async handle({ caller, params }) {
        const request = await findRequest(db, caller.tenantId, params.id);
        if (!request) throw notFound(noRequest);
        return { data: request };
      },
    }),
  ];
}

const noRequest = {
  ru: 'Такого запроса нет: запросы хранятся три дня',
  en: 'There is no such request: requests are kept for three days',
};
