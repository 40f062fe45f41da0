import { z } from 'zod';
import { idParams, idSchema } from '../http/ids.ts';
import { paginationOf, pagingSchema } from '../http/paging.ts';
import { defineRoute, type Route } from '../http/route.ts';
import { invalidRequest } from '../lib/errors.ts';
import { entities } from '../lib/records.ts';
import { bitrix24Address } from './address.ts';
import { matchAnswer, matchesAnswer } from './answers/matches.ts';
import { decideMatch, type MatchActionDeps } from './match-actions.ts';
import { listMatches } from './match-list.ts';

const address = `${bitrix24Address}/matches`;

const listQuery = z.strictObject({
  ...pagingSchema,
  local_type: z.enum(entities).optional(),
  state: z.enum(['open', 'decided']).default('open'),
});

const decisionBody = z.strictObject({
  action: z.enum(['link', 'create', 'ignore']),
  bitrix24_id: idSchema.optional(),
});

const messages = {
  link: { ru: 'Записи связаны', en: 'The records are linked' },
  create: { ru: 'В Битрикс24 будет создана новая запись', en: 'A new record will be made in Bitrix24' },
  ignore: { ru: 'Запись останется без пары', en: 'The record stays without a pair' },
};

/** Makes the routes that list records which may be the same as some of the portal's, and decide about them. */
export function makeMatchRoutes(deps: MatchActionDeps): Route[] {
  return [
    defineRoute({
      method: 'get',
      path: address,
      summary: 'CRM records that may be the same as some Bitrix24 records: a person decides',
      tag: 'Matches',
      answers: { 200: matchesAnswer },
      role: 'admin',
      query: listQuery,
      async handle({ caller, query }) {
        const { rows, total } = await listMatches(deps.db, caller.tenantId, query);
        return { data: { matches: rows, pagination: paginationOf(query, total) } };
      },
    }),
    defineRoute({
      method: 'post',
      path: `${address}/:id`,
      summary:
        'Link the record with one of its candidates, make a new Bitrix24 record for it, or leave it without a pair',
      tag: 'Matches',
      answers: { 200: matchAnswer },
      role: 'admin',
      params: idParams,
      body: decisionBody,
      async handle({ caller, params, body }) {
        const { action, bitrix24_id: bitrix24Id = null } = body;
        if ((action === 'link') !== (bitrix24Id !== null)) throw needsId();
        const decision = { tenantId: caller.tenantId, actor: caller.subject, id: params.id, action, bitrix24Id };
        return { data: await decideMatch(deps, decision), message: messages[action] };
      },
    }),
  ];
}

function needsId() {
  return invalidRequest(
    {
      ru: 'bitrix24_id нужен для link и только для него',
      en: 'bitrix24_id belongs to link, and to nothing else',
    },
    [{ path: 'bitrix24_id', problem: { ru: 'нужен для link', en: 'needed for link' } }],
  );
}
