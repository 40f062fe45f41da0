import { z } from 'zod';
import { defineRoute, type Route } from '../http/route.ts';
import type { Clock } from '../lib/clock.ts';
import type { Database } from '../models/database.ts';
import { bitrix24Address } from './address.ts';
import { hoursAnswer, statsAnswer } from './answers/stats.ts';
import { readHourlyStats } from './hourly-stats.ts';
import { makeCountRecords } from './record-counts.ts';
import { readStats } from './stats.ts';

/** Makes the routes of a tenant's counts. */
export function makeStatsRoutes({ db, clock }: { db: Database; clock: Clock }): Route[] {
  const recordsOf = makeCountRecords(db, clock);
  return [
    defineRoute({
      method: 'get',
      path: `${bitrix24Address}/stats`,
      summary: 'Counts of records by state, of mappings, errors and applied changes',
      tag: 'Monitoring',
      answers: { 200: statsAnswer },
      async handle({ caller: { tenantId } }) {
        const [stats, records] = await Promise.all([readStats(db, clock, tenantId), recordsOf(tenantId)]);
        return { data: { ...stats, records } };
      },
    }),

    defineRoute({
      method: 'get',
      path: `${bitrix24Address}/stats/hours`,
      summary: 'What was applied and what began to fail, hour by hour',
      tag: 'Monitoring',
      answers: { 200: hoursAnswer },
      query: z.strictObject({ hours: z.coerce.number().int().min(1).max(168).default(48) }),
      async handle({ caller, query }) {
        return { data: { hours: await readHourlyStats(db, caller.tenantId, query.hours) } };
      },
    }),
  ];
}
