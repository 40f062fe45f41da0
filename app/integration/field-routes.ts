import { z } from 'zod';
import { defineRoute, type Route } from '../http/route.ts';
import type { Language } from '../lib/errors.ts';
import { bitrix24Address } from './address.ts';
import { madeFieldsAnswer, ownFieldsAnswer } from './answers/field-map.ts';
import { addPairs, type FieldState, type MakeFieldsDeps, makeFields, readOwnFields } from './make-fields.ts';

const columns = z.array(z.string().max(100)).max(50).optional();

const wanted = z.strictObject({
  /** CRM columns by kind, as `GET …/fields` lists them. */
  fields: z.strictObject({ object: columns, user: columns, contract: columns }),
  /** Adds the pairs of these columns and fields to the field map. */
  add_pairs: z.boolean().default(false),
});

/** Makes the routes of the user fields that are made at a tenant's portal. */
export function makeFieldRoutes(deps: MakeFieldsDeps): Route[] {
  return [
    defineRoute({
      method: 'get',
      path: `${bitrix24Address}/fields`,
      summary: 'CRM columns for which a field can be made in the portal, and which fields are there',
      tag: 'Settings',
      answers: { 200: ownFieldsAnswer },
      failures: [409, 502],
      async handle({ caller, language }) {
        const states = await readOwnFields(await deps.clientFor(caller.tenantId));
        return { data: { fields: states.map((state) => present(state, language)) } };
      },
    }),

    defineRoute({
      method: 'post',
      path: `${bitrix24Address}/fields`,
      summary:
        'Make fields in the portal for chosen CRM columns, each once; with their pairs in the field map where asked',
      tag: 'Settings',
      answers: { 200: madeFieldsAnswer },
      failures: [502],
      role: 'admin',
      body: wanted,
      async handle({ caller, body, language }) {
        const states = await makeFields(deps, caller.tenantId, body.fields);
        const pairs = body.add_pairs ? await addPairs(deps, caller.tenantId, states, caller.subject) : [];
        return { data: { fields: states.map((state) => present(state, language)), pairs_added: pairs } };
      },
    }),
  ];
}

function present({ problem, ...state }: FieldState, language: Language) {
  return { ...state, problem: problem?.[language] ?? null };
}
