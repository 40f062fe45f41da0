import { z } from 'zod';
import { idParams, idSchema } from '../http/ids.ts';
import { defineRoute, type Route } from '../http/route.ts';
import { notFound } from '../lib/errors.ts';
import type { Database } from '../models/database.ts';
import { type ErrorRetry, readRetries } from '../sync/journal/error-retries.ts';
import { errorsAddress } from './address.ts';
import {
  closedErrorsAnswer,
  errorRetriesAnswer,
  errorRetryResultAnswer,
  excludedErrorsAnswer,
  reopenedErrorsAnswer,
  snoozedErrorsAnswer,
} from './answers/error-decisions.ts';
import { closeErrors } from './error-actions.ts';
import { exclude, reopen, snooze } from './error-decisions.ts';
import { chosenErrors, mostIds } from './error-filter.ts';
import { groupErrors } from './error-groups.ts';
import type { ConnectionKind } from './error-texts.ts';

export interface ErrorDecisionDeps {
  db: Database;
  viaOf(tenantId: number): Promise<ConnectionKind>;
}

/** Retries that the list of them shows. */
const shownRetries = 10;

/** Makes the routes of what a person decides about errors: later, out of the synchronisation, closed, open again; and what a retry brought. */
export function makeErrorDecisionRoutes(deps: ErrorDecisionDeps): Route[] {
  return [...makeRetryRoutes(deps), ...makeDecisionRoutes(deps)];
}

function makeRetryRoutes({ db, viaOf }: ErrorDecisionDeps): Route[] {
  return [
    defineRoute({
      method: 'get',
      path: `${errorsAddress}/retries`,
      summary: 'The last retries that people started, with what each brought by now',
      tag: 'Errors',
      answers: { 200: errorRetriesAnswer },
      async handle({ caller: { tenantId } }) {
        return { data: { retries: await readRetries(db, tenantId, { limit: shownRetries }) } };
      },
    }),

    defineRoute({
      method: 'get',
      path: `${errorsAddress}/retries/:id`,
      summary: 'What a retry brought by now: mended, failed again and by which causes, not tried yet',
      tag: 'Errors',
      answers: { 200: errorRetryResultAnswer },
      params: idParams,
      async handle({ caller: { tenantId }, params: { id }, language }) {
        const [retry] = await readRetries(db, tenantId, { id, limit: 1 });
        if (!retry) throw notFound();
        const reader = { language, via: await viaOf(tenantId) };
        return { data: { ...retry, causes: await causesOf(db, tenantId, retry, reader) } };
      },
    }),
  ];
}

async function causesOf(
  db: Database,
  tenantId: number,
  { id, failed }: ErrorRetry,
  reader: Parameters<typeof groupErrors>[3],
) {
  if (failed === 0) return [];
  const groups = await groupErrors(db, tenantId, { failedInRetry: id }, reader);
  return groups.map(({ cause, code, title, count, advice }) => ({ cause, code, title, count, advice }));
}

function makeDecisionRoutes({ db }: ErrorDecisionDeps): Route[] {
  return [
    defineRoute({
      method: 'post',
      path: `${errorsAddress}/resolve-all`,
      summary: 'Close the open errors that are named or fit the filter, without trying again',
      tag: 'Errors',
      answers: { 200: closedErrorsAnswer },
      role: 'admin',
      body: chosenErrors({}),
      async handle({ caller, body }) {
        const ids = await closeErrors(db, caller.tenantId, body, caller.subject);
        return { data: { closed: ids.length, ids } };
      },
    }),

    defineRoute({
      method: 'post',
      path: `${errorsAddress}/reopen`,
      summary: 'Open errors again that a person closed; records that were excluded by it go on',
      tag: 'Errors',
      answers: { 200: reopenedErrorsAnswer },
      role: 'admin',
      body: z.strictObject({ ids: z.array(idSchema).min(1).max(mostIds) }),
      async handle({ caller, body }) {
        const ids = await reopen(db, caller.tenantId, body.ids);
        return { data: { reopened: ids.length, ids } };
      },
    }),

    defineRoute({
      method: 'post',
      path: `${errorsAddress}/snooze`,
      summary: 'Put failed errors off until a moment; `until: null` shows them again now',
      tag: 'Errors',
      answers: { 200: snoozedErrorsAnswer },
      role: 'admin',
      body: chosenErrors({ until: z.iso.datetime({ offset: true }).nullable() }),
      async handle({ caller, body: { until, ...filter } }) {
        const snoozed = await snooze(db, caller.tenantId, filter, until === null ? null : new Date(until));
        return { data: { snoozed, until } };
      },
    }),

    defineRoute({
      method: 'post',
      path: `${errorsAddress}/exclude`,
      summary:
        'Pause the records of errors, and close the errors: neither side is written until each record is resumed',
      tag: 'Errors',
      answers: { 200: excludedErrorsAnswer },
      role: 'admin',
      body: chosenErrors({}),
      async handle({ caller, body }) {
        const { ids, skipped } = await exclude(db, caller.tenantId, body, caller.subject);
        return { data: { excluded: ids.length, ids, skipped } };
      },
    }),
  ];
}
