import { defineRoute, type Route } from '../http/route.ts';
import type { Database } from '../models/database.ts';
import { bitrix24Address } from './address.ts';
import { crmValuesAnswer } from './answers/field-map.ts';
import { readCrmValues } from './crm-values.ts';

/** Makes the route that tells which values the CRM's own records have. */
export function makeCrmValueRoutes({ db }: { db: Database }): Route[] {
  return [
    defineRoute({
      method: 'get',
      path: `${bitrix24Address}/crm-values`,
      summary: 'Types, statuses, roles and currencies that the CRM records have, with their counts; contracts',
      tag: 'Settings',
      answers: { 200: crmValuesAnswer },
      async handle({ caller }) {
        return { data: await readCrmValues(db, caller.tenantId) };
      },
    }),
  ];
}
