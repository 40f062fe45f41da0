import { z } from 'zod';
import { idParams } from '../http/ids.ts';
import { paginationOf, pagingSchema } from '../http/paging.ts';
import { defineRoute, type Route } from '../http/route.ts';
import { entities } from '../lib/records.ts';
import type { Database } from '../models/database.ts';
import { bitrix24Address } from './address.ts';
import { listConflicts, resolveConflict } from './conflicts.ts';

const listQuery = z.strictObject({
  ...pagingSchema,
  state: z.enum(['open', 'resolved']).optional(),
  local_type: z.enum(entities).optional(),
});

/** Makes the routes that list conflicts and settle them. */
export function makeConflictRoutes({ db }: { db: Database }): Route[] {
  return [
    defineRoute({
      method: 'get',
      path: `${bitrix24Address}/conflicts`,
      summary: 'Fields that both sides changed differently, with the value that lost, or both where a person is asked',
      query: listQuery,
      async handle({ caller, query }) {
        const { rows, total } = await listConflicts(db, caller.tenantId, query);
        return { data: { conflicts: rows, pagination: paginationOf(query, total) } };
      },
    }),

    defineRoute({
      method: 'post',
      path: `${bitrix24Address}/conflicts/:id/resolve`,
      summary:
        'Keep what won, or put the other value back on both sides; where a person is asked, the side whose value goes to the other',
      role: 'admin',
      params: idParams,
      body: z.strictObject({ keep: z.enum(['crm', 'bitrix24']) }),
      async handle({ caller, params, body }) {
        return { data: await resolveConflict(db, caller.tenantId, params.id, { ...body, actor: caller.subject }) };
      },
    }),
  ];
}
