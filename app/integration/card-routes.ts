import { z } from 'zod';
import type { Crowd } from '../http/crowd.ts';
import { idSchema, idTextSchema } from '../http/ids.ts';
import { defineRoute, type Route } from '../http/route.ts';
import type { Language } from '../lib/errors.ts';
import { bitrix24Address, type RequireActive } from './address.ts';
import { candidatesAnswer, cardAnswer, cardPairAnswer } from './answers/cards.ts';
import { conflictAnswer } from './answers/conflicts.ts';
import { settleCardConflict } from './card-conflicts.ts';
import { viewCardPair } from './card-pair.ts';
import {
  type CardDeps,
  type CardState,
  createFromCard,
  findCandidates,
  linkCard,
  readCard,
  syncCard,
} from './cards.ts';
import { presentError } from './error-texts.ts';
import { outsideText } from './outside-text.ts';
import { presentPair } from './pair-view.ts';

export interface CardRouteDeps extends CardDeps {
  requireActive: RequireActive;
  waiters: Crowd;
}

const params = z.strictObject({
  type: z.enum(['deal', 'contact', 'company']),
  id: idTextSchema,
});
const address = `${bitrix24Address}/cards/:type/:id`;
const linkBody = z.strictObject({ local_id: idSchema });

/** Makes the routes of a tab in a deal, contact or company: what stands behind it, link, create, look at it now. */
export function makeCardRoutes(deps: CardRouteDeps): Route[] {
  return [...makeReadingRoutes(deps), ...makeLinkingRoutes(deps), ...makeSyncRoutes(deps), makeDecisionRoute(deps)];
}

function makeReadingRoutes(deps: CardRouteDeps): Route[] {
  return [
    defineRoute({
      method: 'get',
      path: address,
      summary: 'The mapping behind a Bitrix24 record; null when no CRM record stands behind it',
      tag: 'Cards',
      answers: { 200: cardAnswer },
      failures: [409, 502],
      visitors: 'card',
      params,
      async handle({ caller, params, language }) {
        return { data: present(await readCard(deps, { tenantId: caller.tenantId, ...params }), language) };
      },
    }),

    defineRoute({
      method: 'get',
      path: `${address}/pair`,
      summary: 'The pair behind a Bitrix24 record side by side, with the CRM record and its history',
      tag: 'Cards',
      answers: { 200: cardPairAnswer },
      failures: [409, 502],
      visitors: 'card',
      params,
      async handle({ caller, params, language }) {
        const card = { tenantId: caller.tenantId, ...params };
        return { data: presentPair(await viewCardPair(deps, card, caller.seesLists), language) };
      },
    }),

    defineRoute({
      method: 'get',
      path: `${address}/candidates`,
      summary: 'CRM records without a pair that a Bitrix24 record can be linked with',
      tag: 'Cards',
      answers: { 200: candidatesAnswer },
      failures: [409, 502],
      visitors: 'card_edit',
      params,
      query: z.strictObject({ q: z.string().trim().min(1).max(200).optional() }),
      async handle({ caller, params, query }) {
        return { data: { items: await findCandidates(deps, { tenantId: caller.tenantId, ...params }, query.q) } };
      },
    }),
  ];
}

function makeLinkingRoutes(deps: CardRouteDeps): Route[] {
  return [
    defineRoute({
      method: 'post',
      path: `${address}/link`,
      summary: 'Link a Bitrix24 record with an existing CRM record and make both equal',
      tag: 'Cards',
      answers: { 200: cardAnswer, 202: cardAnswer },
      failures: [502],
      role: 'user',
      visitors: 'card_edit',
      params,
      body: linkBody,
      async handle({ caller, params, body, language, signal }) {
        const card = { tenantId: caller.tenantId, ...params };
        const work = (own: CardDeps) => linkCard(own, card, { localId: body.local_id, replaces: false });
        return answer(await waitWith(deps, card.tenantId, signal, work), language);
      },
    }),

    defineRoute({
      method: 'post',
      path: `${address}/relink`,
      summary: 'Link a Bitrix24 record with another CRM record instead of the one that it is linked with',
      tag: 'Cards',
      answers: { 200: cardAnswer, 202: cardAnswer },
      failures: [502],
      role: 'admin',
      params,
      body: linkBody,
      async handle({ caller, params, body, language, signal }) {
        const card = { tenantId: caller.tenantId, ...params };
        const work = (own: CardDeps) => linkCard(own, card, { localId: body.local_id, replaces: true });
        return answer(await waitWith(deps, card.tenantId, signal, work), language);
      },
    }),
  ];
}

function makeSyncRoutes(deps: CardRouteDeps): Route[] {
  return [
    defineRoute({
      method: 'post',
      path: `${address}/create`,
      summary: 'Make a CRM record of a Bitrix24 record',
      tag: 'Cards',
      answers: { 200: cardAnswer, 202: cardAnswer },
      failures: [502],
      role: 'user',
      visitors: 'card_edit',
      params,
      async handle({ caller, params, language, signal }) {
        const card = { tenantId: caller.tenantId, ...params };
        const work = (own: CardDeps) => createFromCard(own, card);
        return answer(await waitWith(deps, card.tenantId, signal, work), language);
      },
    }),

    defineRoute({
      method: 'post',
      path: `${address}/sync`,
      summary: 'Have the pair of a Bitrix24 record looked at before everything else',
      tag: 'Cards',
      answers: { 200: cardAnswer, 202: cardAnswer },
      failures: [502],
      role: 'user',
      visitors: 'card',
      params,
      async handle({ caller, params, language, signal }) {
        const card = { tenantId: caller.tenantId, ...params };
        const work = (own: CardDeps) => syncCard(own, card);
        return answer(await waitWith(deps, card.tenantId, signal, work), language);
      },
    }),
  ];
}

function makeDecisionRoute({ db }: CardRouteDeps): Route {
  return defineRoute({
    method: 'post',
    path: `${address}/conflicts/:conflict/resolve`,
    summary: 'Settle a conflict of the record behind a card; see POST …/conflicts/{id}/resolve',
    tag: 'Cards',
    answers: { 200: conflictAnswer },
    failures: [502],
    role: 'user',
    visitors: 'card_edit',
    params: params.extend({ conflict: idTextSchema }),
    body: z.strictObject({ keep: z.enum(['crm', 'bitrix24']) }),
    async handle({ caller, params: { conflict, ...rest }, body }) {
      const card = { tenantId: caller.tenantId, ...rest };
      return { data: await settleCardConflict(db, card, conflict, { ...body, actor: caller.subject }) };
    },
  });
}

/** Does what waits for its outcome as one of the company's waiters; the connection is looked at first by those who may wait. */
function waitWith<Value>(
  deps: CardRouteDeps,
  tenantId: number,
  signal: AbortSignal,
  work: (own: CardDeps) => Promise<Value>,
): Promise<Value> {
  return deps.waiters.hold(tenantId, async () => {
    await deps.requireActive(tenantId);
    return work({ ...deps, signal });
  });
}

/** 202 while the pair still waits, or could not be dealt with. */
function answer(state: CardState, language: Language) {
  return { status: state.done ? 200 : 202, data: present(state, language) };
}

function present(state: CardState, language: Language) {
  const { error, excluded } = state;
  return {
    ...state,
    error: error && presentError(error, language),
    excluded: excluded && { side: excluded.side, rule: excluded.field, text: outsideText(excluded)[language] },
  };
}
