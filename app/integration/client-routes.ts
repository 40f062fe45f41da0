import { z } from 'zod';
import { idSchema } from '../http/ids.ts';
import { paginationOf, pagingSchema } from '../http/paging.ts';
import { defineRoute, type Route } from '../http/route.ts';
import { bitrix24Address } from './address.ts';
import { clientDoublesAnswer, clientMergeAnswer } from './answers/clients.ts';
import { listClientDoubles } from './client-doubles.ts';
import { type ClientMergeDeps, mergeClient } from './client-merge.ts';

const address = `${bitrix24Address}/clients/doubles`;

/** Contracts in one request. */
const mostContracts = 1000;

const mergeBody = z.strictObject({
  bitrix24_id: idSchema,
  contract_ids: z.array(idSchema).min(1).max(mostContracts),
});

const merged = {
  ru: 'Договоры связаны с одной компанией. Остальные компании объедините в Битрикс24',
  en: 'The contracts are linked with one company. Merge the other companies in Bitrix24',
};

/** Makes the routes that list clients with several companies and link their contracts with one of them. */
export function makeClientRoutes(deps: ClientMergeDeps): Route[] {
  return [
    defineRoute({
      method: 'get',
      path: address,
      summary: 'Clients whose contracts are linked with several companies',
      tag: 'Records',
      answers: { 200: clientDoublesAnswer },
      failures: [409, 502],
      query: z.strictObject(pagingSchema),
      async handle({ caller, query }) {
        const { rows, total } = await listClientDoubles(deps.db, caller.tenantId, query);
        return { data: { doubles: rows, pagination: paginationOf(query, total) } };
      },
    }),
    defineRoute({
      method: 'post',
      path: `${address}/merge`,
      summary: 'Link contracts of one client with one of its companies; the other companies stay in the portal',
      tag: 'Records',
      answers: { 200: clientMergeAnswer },
      failures: [404, 502],
      role: 'admin',
      body: mergeBody,
      async handle({ caller, body }) {
        const { bitrix24_id: companyId, contract_ids: contractIds } = body;
        const moved = await mergeClient(deps, {
          tenantId: caller.tenantId,
          actor: caller.subject,
          companyId,
          contractIds: [...new Set(contractIds)],
        });
        return { data: { moved }, message: merged };
      },
    }),
  ];
}
