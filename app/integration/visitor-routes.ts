import { z } from 'zod';
import { paginationOf, pagingSchema } from '../http/paging.ts';
import { defineRoute, type Route } from '../http/route.ts';
import type { Database } from '../models/database.ts';
import { bitrix24Address } from './address.ts';
import { actionsAnswer } from './answers/actions.ts';
import { listActions } from './visitor-actions.ts';

/** Makes the route of what people did on the pages in the portal. */
export function makeVisitorRoutes({ db }: { db: Database }): Route[] {
  return [
    defineRoute({
      method: 'get',
      path: `${bitrix24Address}/actions`,
      summary: 'What people did on the pages in the portal, with their names, the newest first',
      tag: 'Activity',
      answers: { 200: actionsAnswer },
      role: 'admin',
      query: z.strictObject(pagingSchema),
      async handle({ caller, query }) {
        const { rows, total } = await listActions(db, caller.tenantId, query);
        return { data: { actions: rows, pagination: paginationOf(query, total) } };
      },
    }),
  ];
}
