import { z } from 'zod';
import { idParams, idSchema } from '../http/ids.ts';
import { paginationOf, pagingSchema } from '../http/paging.ts';
import { defineRoute, type Route } from '../http/route.ts';
import type { Language } from '../lib/errors.ts';
import { entities } from '../lib/records.ts';
import type { Database } from '../models/database.ts';
import { bitrix24Address } from './address.ts';
import {
  conflictAnswer,
  conflictGroupsAnswer,
  conflictsAnswer,
  conflictsDecidedAnswer,
  decisionUndoneAnswer,
} from './answers/conflicts.ts';
import { type LeftConflict, resolveMany, undoDecision } from './conflict-decisions.ts';
import { groupConflicts, listConflicts } from './conflict-list.ts';
import { resolveConflict } from './conflicts.ts';

const moment = z.iso.datetime({ offset: true });

/** What a list of conflicts is narrowed by, in an address and in a body. */
const fields = {
  local_type: z.enum(entities).optional(),
  field: z.string().trim().min(1).max(100).optional(),
  winner: z.enum(['crm', 'bitrix24', 'none']).optional(),
  since: moment.optional(),
  until: moment.optional(),
  q: z.string().trim().min(1).max(100).optional(),
};

const listQuery = z.strictObject({
  ...pagingSchema,
  ...fields,
  state: z.enum(['open', 'resolved']).optional(),
  standing: z.stringbool({ truthy: ['true', '1'], falsy: ['false', '0'] }).optional(),
});

const keep = z.enum(['crm', 'bitrix24']);

const wanted = {
  ...fields,
  standing: z.boolean().optional(),
  ids: z.array(idSchema).min(1).max(10_000).optional(),
};

const resolveBody = z
  .strictObject({ ...wanted, keep, count: z.number().int().min(1).optional() })
  .refine((body) => Object.keys(body).some((key) => key in wanted), {
    path: ['ids'],
    params: {
      text: {
        ru: 'Назовите конфликты: ids или фильтр, например local_type, field, winner',
        en: 'Name the conflicts: ids, or a filter such as local_type, field, winner',
      },
    },
  });

/** Makes the routes that list conflicts, settle one or many, and take that back. */
export function makeConflictRoutes(deps: { db: Database }): Route[] {
  return [...makeListRoutes(deps), ...makeDecisionRoutes(deps)];
}

function makeListRoutes({ db }: { db: Database }): Route[] {
  return [
    defineRoute({
      method: 'get',
      path: `${bitrix24Address}/conflicts`,
      summary:
        'Fields that both sides changed differently, with the value that lost, or both where a person is asked: those first, then the newest',
      tag: 'Conflicts',
      answers: { 200: conflictsAnswer },
      query: listQuery,
      async handle({ caller, query }) {
        const { rows, total } = await listConflicts(db, caller.tenantId, query);
        return { data: { conflicts: rows, pagination: paginationOf(query, total) } };
      },
    }),

    defineRoute({
      method: 'get',
      path: `${bitrix24Address}/conflicts/groups`,
      summary: 'Open conflicts that are alike: kind, field and who won, with how many there are',
      tag: 'Conflicts',
      answers: { 200: conflictGroupsAnswer },
      async handle({ caller }) {
        return { data: { groups: await groupConflicts(db, caller.tenantId) } };
      },
    }),
  ];
}

function makeDecisionRoutes({ db }: { db: Database }): Route[] {
  return [
    defineRoute({
      method: 'post',
      path: `${bitrix24Address}/conflicts/:id/resolve`,
      summary:
        'Keep what won, or put the other value back on both sides; where a person is asked, the side whose value goes to the other',
      tag: 'Conflicts',
      answers: { 200: conflictAnswer },
      role: 'admin',
      params: idParams,
      body: z.strictObject({ keep }),
      async handle({ caller, params, body }) {
        return {
          data: await resolveConflict(db, caller.tenantId, params.id, {
            ...body,
            actor: caller.subject,
            decisionId: null,
          }),
        };
      },
    }),

    defineRoute({
      method: 'post',
      path: `${bitrix24Address}/conflicts/resolve`,
      summary:
        'Settle all open conflicts that are named or fit the filter, a thousand a call; with `count`, only if there are as many',
      tag: 'Conflicts',
      answers: { 200: conflictsDecidedAnswer },
      role: 'admin',
      body: resolveBody,
      async handle({ caller, body: { keep: side, count, ...filter }, language, signal }) {
        const choice = { keep: side, actor: caller.subject, expected: count, signal };
        const { decisionId, decided, left, more } = await resolveMany(db, caller.tenantId, filter, choice);
        return { data: { decision_id: decisionId, decided, left: presentLeft(left, language), more } };
      },
    }),

    defineRoute({
      method: 'post',
      path: `${bitrix24Address}/conflicts/decisions/:id/undo`,
      summary:
        'Take a decision back where neither side was edited since: conflicts are open again, with the values from before',
      tag: 'Conflicts',
      answers: { 200: decisionUndoneAnswer },
      role: 'admin',
      params: idParams,
      async handle({ caller, params, language, signal }) {
        const { undone, left } = await undoDecision(db, caller.tenantId, params.id, signal);
        return { data: { undone, left: presentLeft(left, language) } };
      },
    }),
  ];
}

function presentLeft(left: readonly LeftConflict[], language: Language) {
  return left.map(({ id, code, text }) => ({ id, code, reason: text[language] }));
}
