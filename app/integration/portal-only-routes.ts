import { z } from 'zod';
import { idSchema } from '../http/ids.ts';
import { defineRoute, type Route } from '../http/route.ts';
import { entities } from '../lib/records.ts';
import { bitrix24Address } from './address.ts';
import { portalCreatedAnswer, portalOnlyAnswer } from './answers/portal-only.ts';
import { listPortalOnly } from './portal-only.ts';
import { createFromPortal, type PortalOnlyActionDeps } from './portal-only-actions.ts';
import { presentNotes } from './portal-only-notes.ts';

const query = z.strictObject({
  local_type: z.enum(entities).default('object'),
  q: z.string().trim().min(1).max(200).optional(),
  cursor: z.string().min(1).max(100).optional(),
  limit: z.coerce.number().int().min(1).max(50).default(20),
});

const createBody = z.strictObject({
  local_type: z.enum(entities),
  bitrix24_ids: z.array(idSchema).min(1).max(100),
});

/** Makes the routes that list the portal's records which stand for none of the CRM, and make CRM records of some of them. */
export function makePortalOnlyRoutes(deps: PortalOnlyActionDeps): Route[] {
  return [
    defineRoute({
      method: 'get',
      path: `${bitrix24Address}/records/bitrix24-only`,
      summary:
        'Deals, contacts or companies within the scope that stand for no record of the CRM, read in the portal page by page, the oldest first',
      tag: 'Records',
      answers: { 200: portalOnlyAnswer },
      failures: [409, 502],
      role: 'admin',
      query,
      async handle({ caller, query, language, signal }) {
        const { records, ...page } = await listPortalOnly(deps, caller.tenantId, query, signal);
        return { data: { ...page, records: records.map((row) => ({ ...row, ...presentNotes(row, language) })) } };
      },
    }),

    defineRoute({
      method: 'post',
      path: `${bitrix24Address}/records/create`,
      summary: 'Make CRM records of some Bitrix24 records; `left` names those that it is not possible for',
      tag: 'Records',
      answers: { 200: portalCreatedAnswer },
      failures: [409, 502],
      role: 'admin',
      body: createBody,
      async handle({ caller, body, language }) {
        const { done, left } = await createFromPortal(deps, caller.tenantId, body);
        const told = left.map(({ bitrix24_id, error }) => ({
          bitrix24_id,
          code: error.code,
          error: error.text[language],
        }));
        return { data: { done, left: told } };
      },
    }),
  ];
}
