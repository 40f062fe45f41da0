import { z } from 'zod';
import { idSchema } from '../http/ids.ts';
import { defineRoute, type Route } from '../http/route.ts';
import type { Database } from '../models/database.ts';
import { bitrix24Address } from './address.ts';
import { crmValuesAnswer, foundContractsAnswer } from './answers/field-map.ts';
import { findContracts, readCrmValues } from './crm-values.ts';

/** Ids as an address names them: `1,2,3`. */
const idListSchema = z.preprocess(
  (text) => (typeof text === 'string' && /^[1-9]\d*(,[1-9]\d*)*$/.test(text) ? text.split(',').map(Number) : text),
  z.array(idSchema).max(200),
);

/** Makes the routes that tell which values the CRM's own records have. */
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

    defineRoute({
      method: 'get',
      path: `${bitrix24Address}/crm-values/contracts`,
      summary:
        'Contracts to choose from: the first 50 whose number, title or client has the text `q`, or those of `ids`',
      tag: 'Settings',
      answers: { 200: foundContractsAnswer },
      query: z.strictObject({ q: z.string().trim().min(1).max(200).optional(), ids: idListSchema.optional() }),
      async handle({ caller, query }) {
        return { data: { contracts: await findContracts(db, caller.tenantId, query) } };
      },
    }),
  ];
}
