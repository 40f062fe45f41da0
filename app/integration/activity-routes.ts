import { Readable } from 'node:stream';
import { z } from 'zod';
import { idParams, idTextSchema } from '../http/ids.ts';
import { defineRoute, type Route } from '../http/route.ts';
import { csvStart } from '../lib/csv.ts';
import { entities } from '../lib/records.ts';
import type { Database } from '../models/database.ts';
import { findRun } from '../sync/runs/runs.ts';
import { type ActivityFilter, type ActivityRow, readActivity } from './activity.ts';
import { readCursor, writeCursor } from './activity-cursor.ts';
import { bitrix24Address } from './address.ts';
import { activityAnswer } from './answers/activity.ts';
import { companiesNamedIn, nameCompanies } from './history-names.ts';
import { activityCsv, csvHeader, presentActivity } from './present-activity.ts';

const moment = z.iso.datetime({ offset: true });

/** What both lists take. */
const paging = {
  cursor: z.string().min(1).max(200).optional(),
  limit: z.coerce.number().int().min(1).max(100).default(50),
  format: z.enum(['json', 'csv']).optional(),
  local_type: z.enum(entities).optional(),
  field: z.string().min(1).max(100).optional(),
};

const query = z.strictObject({
  ...paging,
  local_id: idTextSchema.optional(),
  bitrix24_id: idTextSchema.optional(),
  direction: z.enum(['to_bitrix', 'from_bitrix', 'bidirectional']).optional(),
  actor: z.string().min(1).max(255).optional(),
  run_id: idTextSchema.optional(),
  since: moment.optional(),
  until: moment.optional(),
});

interface Listing {
  filter: ActivityFilter;
  cursor: string | undefined;
  limit: number;
  /** As a file. */
  isCsv: boolean;
  signal: AbortSignal;
}

/** Makes the routes of what happened to a company's records: all of it, and what one run did. */
export function makeActivityRoutes({ db }: { db: Database }): Route[] {
  return [
    defineRoute({
      method: 'get',
      path: `${bitrix24Address}/activity`,
      summary:
        'What happened to records, by whom and why, the newest first; as CSV with `format=csv` or `Accept: text/csv`',
      tag: 'Activity',
      answers: { 200: activityAnswer },
      role: 'admin',
      query,
      async handle({ caller: { tenantId }, query: { cursor, limit, format, ...filter }, accept, signal }) {
        return answer(db, tenantId, { filter, cursor, limit, isCsv: isCsv(format, accept), signal });
      },
    }),

    defineRoute({
      method: 'get',
      path: `${bitrix24Address}/runs/:id/changes`,
      summary: 'What a run changed, the newest first; as CSV with `format=csv` or `Accept: text/csv`',
      tag: 'Activity',
      answers: { 200: activityAnswer },
      params: idParams,
      query: z.strictObject(paging),
      async handle({ caller: { tenantId }, params: { id }, query, accept, signal }) {
        await findRun(db, tenantId, id);
        const { cursor, limit, format, ...filter } = query;
        const own = { ...filter, run_id: id };
        return answer(db, tenantId, { filter: own, cursor, limit, isCsv: isCsv(format, accept), signal });
      },
    }),
  ];
}

function isCsv(format: 'json' | 'csv' | undefined, accept: string): boolean {
  return format === undefined ? accept.startsWith('text/csv') : format === 'csv';
}

async function answer(db: Database, tenantId: number, { filter, isCsv, signal, ...page }: Listing) {
  const cursor = readCursor(page.cursor);
  if (isCsv) {
    const rows = everyLine(db, tenantId, filter, signal);
    return { stream: Readable.from(rows), type: 'text/csv; charset=utf-8' };
  }
  // One more than is shown tells whether there are more.
  const rows = await readActivity(db, tenantId, filter, { cursor, limit: page.limit + 1 });
  const shown = rows.slice(0, page.limit);
  const last = shown.at(-1);
  const next = rows.length > page.limit && last ? writeCursor(last) : null;
  const companies = await nameCompanies(db, tenantId, companiesNamedIn([], shown));
  return { data: { items: shown.map(presentActivity), company_names: companies, next_cursor: next } };
}

const linesOfOneRead = 500;

/** Page after page, so that a log of years is never held in memory. */
async function* everyLine(
  db: Database,
  tenantId: number,
  filter: ActivityFilter,
  signal: AbortSignal,
): AsyncGenerator<string> {
  yield csvStart + csvHeader;
  let last: ActivityRow | undefined;
  do {
    const cursor = last ? readCursor(writeCursor(last)) : null;
    const rows = await readActivity(db, tenantId, filter, { cursor, limit: linesOfOneRead });
    if (rows.length > 0) yield rows.map(activityCsv).join('');
    last = rows.length === linesOfOneRead ? rows.at(-1) : undefined;
  } while (last && !signal.aborted);
}
