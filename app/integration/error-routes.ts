import { Readable } from 'node:stream';
import { z } from 'zod';
import { idParams } from '../http/ids.ts';
import { paginationOf, pagingSchema } from '../http/paging.ts';
import { defineRoute, type Route } from '../http/route.ts';
import { csvStart } from '../lib/csv.ts';
import type { Language } from '../lib/errors.ts';
import type { Database } from '../models/database.ts';
import { errorsAddress } from './address.ts';
import {
  errorGroupsAnswer,
  errorStatsAnswer,
  errorsAnswer,
  integrationErrorAnswer,
  retriedAnswer,
  retriedErrorAnswer,
} from './answers/errors.ts';
import { type ErrorActionDeps, makeErrorActions } from './error-actions.ts';
import { errorFields, wantedErrors } from './error-filter.ts';
import { groupErrors } from './error-groups.ts';
import { countErrorStates, type ErrorFilter, type ListedError, listErrors, readErrorStats } from './error-list.ts';
import { type ConnectionKind, errorCsv, errorCsvHeader, explain, presentError } from './error-texts.ts';

export interface ErrorRouteDeps extends ErrorActionDeps {
  db: Database;
  /** How the tenant reaches its portal: what a person can do depends on it. */
  viaOf(tenantId: number): Promise<ConnectionKind>;
}

const inAddress = {
  ...errorFields,
  retryable_only: z.stringbool({ truthy: ['true', '1'], falsy: ['false', '0'] }).optional(),
};

/** Makes the routes of the error table: list, counts, causes, retry one or all, close. */
export function makeErrorRoutes(deps: ErrorRouteDeps): Route[] {
  return [...makeListRoutes(deps), ...makeActionRoutes(deps)];
}

function makeListRoutes({ db, viaOf }: ErrorRouteDeps): Route[] {
  return [
    defineRoute({
      method: 'get',
      path: errorsAddress,
      summary: 'Errors, the newest first; all that the filter shows as CSV with `format=csv` or `Accept: text/csv`',
      tag: 'Errors',
      answers: { 200: errorsAnswer },
      query: z.strictObject({ ...pagingSchema, ...inAddress, format: z.enum(['json', 'csv']).optional() }),
      async handle({ caller: { tenantId }, query: { format, ...filter }, language, accept, signal }) {
        const reader = { language, via: await viaOf(tenantId) };
        const isCsv = format === undefined ? accept.startsWith('text/csv') : format === 'csv';
        if (isCsv) {
          const rows = everyError(db, tenantId, { filter, reader, signal });
          return { stream: Readable.from(rows), type: 'text/csv; charset=utf-8' };
        }
        const { rows, total } = await listErrors(db, tenantId, filter);
        const { page, limit, total_pages } = paginationOf(filter, total);
        return { data: { items: rows.map((row) => present(row, reader)), total, page, limit, total_pages } };
      },
    }),

    defineRoute({
      method: 'get',
      path: `${errorsAddress}/stats`,
      summary: 'Counts of errors, and the ten that happened last',
      tag: 'Errors',
      answers: { 200: errorStatsAnswer },
      async handle({ caller }) {
        return { data: await readErrorStats(db, caller.tenantId) };
      },
    }),

    defineRoute({
      method: 'get',
      path: `${errorsAddress}/groups`,
      summary:
        'Errors by cause, with what to do for this kind of connection, the most frequent first: the open ones, or those that fit the filter; and how many errors are in each state',
      tag: 'Errors',
      answers: { 200: errorGroupsAnswer },
      query: z.strictObject(inAddress),
      async handle({ caller: { tenantId }, query, language }) {
        const isOpenOnly = query.state === undefined && query.status === undefined;
        const filter: ErrorFilter = isOpenOnly ? { ...query, unresolved: true } : query;
        const [groups, counts] = await Promise.all([
          groupErrors(db, tenantId, filter, { language, via: await viaOf(tenantId) }),
          countErrorStates(db, tenantId),
        ]);
        return { data: { groups, counts } };
      },
    }),
  ];
}

interface Reader {
  language: Language;
  via: ConnectionKind;
}

/** `reason` is the message without the advice, which stands by itself. */
function present(row: ListedError, reader: Reader) {
  const { message: reason, advice } = explain(row, reader);
  return { ...presentError(row, reader.language), reason, advice };
}

const rowsOfOneRead = 500;

/** Page after page, so that a long list is never held in memory. */
async function* everyError(
  db: Database,
  tenantId: number,
  { filter, reader, signal }: { filter: ErrorFilter; reader: Reader; signal: AbortSignal },
): AsyncGenerator<string> {
  yield csvStart + errorCsvHeader;
  for (let page = 1; !signal.aborted; page += 1) {
    const { rows } = await listErrors(db, tenantId, { ...filter, page, limit: rowsOfOneRead });
    if (rows.length > 0) yield rows.map((row) => errorCsv(row, reader)).join('');
    if (rows.length < rowsOfOneRead) return;
  }
}

function makeActionRoutes(deps: ErrorRouteDeps): Route[] {
  const actions = makeErrorActions(deps);
  return [
    defineRoute({
      method: 'post',
      path: `${errorsAddress}/retry-all`,
      summary:
        'Try every failed record again, or those that fit the filter; `retry_id` names it for `…/errors/retries/:id`',
      tag: 'Errors',
      answers: { 200: retriedAnswer },
      role: 'admin',
      body: wantedErrors,
      async handle({ caller, body }) {
        const { retried, retryId } = await actions.retryAll(caller.tenantId, body, caller.subject);
        return {
          data: { retried, retry_id: retryId },
          message: { ru: `Повторяем: ${retried}`, en: `Trying again: ${retried}` },
        };
      },
    }),

    defineRoute({
      method: 'post',
      path: `${errorsAddress}/:id/retry`,
      summary: 'Try one record again, before everything else',
      tag: 'Errors',
      answers: { 200: retriedErrorAnswer },
      role: 'admin',
      params: idParams,
      async handle({ caller, params }) {
        const { error, retryId } = await actions.retry(caller.tenantId, params.id, caller.subject);
        return { data: { ...error, retry_id: retryId } };
      },
    }),

    defineRoute({
      method: 'post',
      path: `${errorsAddress}/:id/resolve`,
      summary: 'Close an error without trying again; `…/errors/reopen` takes it back',
      tag: 'Errors',
      answers: { 200: integrationErrorAnswer },
      role: 'admin',
      params: idParams,
      async handle({ caller, params }) {
        return { data: await actions.resolve(caller.tenantId, params.id, caller.subject) };
      },
    }),
  ];
}
