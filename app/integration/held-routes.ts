import { z } from 'zod';
import { idParams } from '../http/ids.ts';
import { paginationOf, pagingSchema } from '../http/paging.ts';
import { defineRoute, type Route } from '../http/route.ts';
import { entities } from '../lib/records.ts';
import { bitrix24Address } from './address.ts';
import { heldAnswer, heldConfirmedAnswer, heldDeletionAnswer, heldRestoredAnswer } from './answers/held.ts';
import { type HeldActionDeps, makeHeldActions } from './held-actions.ts';
import { listHeld } from './held-list.ts';

const address = `${bitrix24Address}/held`;
const entity = z.enum(entities);
const recreate = z.boolean().default(false);

const listQuery = z.strictObject({
  ...pagingSchema,
  entity: entity.optional(),
  state: z.enum(['held', 'confirmed', 'restored']).default('held'),
});

const confirmed = { ru: 'Удаление подтверждено', en: 'The deletion is confirmed' };
const restored = { ru: 'Удаление отменено', en: 'The deletion is taken back' };

/** Makes the routes that list held deletions and decide about them. */
export function makeHeldRoutes(deps: HeldActionDeps): Route[] {
  const actions = makeHeldActions(deps);
  return [
    defineRoute({
      method: 'get',
      path: address,
      summary: 'Deletions that were held because too many came within an hour',
      tag: 'Held deletions',
      answers: { 200: heldAnswer },
      query: listQuery,
      async handle({ caller, query }) {
        const { rows, total } = await listHeld(deps.db, caller.tenantId, query);
        return { data: { held: rows, pagination: paginationOf(query, total) } };
      },
    }),
    defineRoute({
      method: 'post',
      path: `${address}/confirm`,
      summary: 'Let all held deletions happen, or those of one kind',
      tag: 'Held deletions',
      answers: { 200: heldConfirmedAnswer },
      role: 'admin',
      body: z.strictObject({ entity: entity.optional() }),
      async handle({ caller, body }) {
        const decision = { tenantId: caller.tenantId, actor: caller.subject, recreate: false };
        return { data: { confirmed: await actions.confirmAll(decision, body.entity ?? null) } };
      },
    }),
    defineRoute({
      method: 'post',
      path: `${address}/restore`,
      summary: 'Take all held deletions back, or those of one kind; what cannot be taken back is named',
      tag: 'Held deletions',
      answers: { 200: heldRestoredAnswer },
      role: 'admin',
      body: z.strictObject({ entity: entity.optional(), recreate }),
      async handle({ caller, body, language }) {
        const decision = { tenantId: caller.tenantId, actor: caller.subject, recreate: body.recreate };
        const { restored: count, failed } = await actions.restoreAll(decision, body.entity ?? null);
        const named = failed.map(({ id, code, error }) => ({ id, code, error: error.text[language] }));
        return { data: { restored: count, failed: named } };
      },
    }),
    defineRoute({
      method: 'post',
      path: `${address}/:id/confirm`,
      summary: 'Let a held deletion happen',
      tag: 'Held deletions',
      answers: { 200: heldDeletionAnswer },
      role: 'admin',
      params: idParams,
      async handle({ caller, params }) {
        const decision = { tenantId: caller.tenantId, actor: caller.subject, recreate: false };
        return { data: await actions.confirm(decision, params.id), message: confirmed };
      },
    }),
    defineRoute({
      method: 'post',
      path: `${address}/:id/restore`,
      summary: 'Take a held deletion back; with recreate, a new Bitrix24 record is made for the one that is gone',
      tag: 'Held deletions',
      answers: { 200: heldDeletionAnswer },
      role: 'admin',
      params: idParams,
      body: z.strictObject({ recreate }),
      async handle({ caller, params, body }) {
        const decision = { tenantId: caller.tenantId, actor: caller.subject, recreate: body.recreate };
        return { data: await actions.restore(decision, params.id), message: restored };
      },
    }),
  ];
}
