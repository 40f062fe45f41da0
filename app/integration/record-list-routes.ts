import { z } from 'zod';
import { idSchema } from '../http/ids.ts';
import { paginationOf, pagingSchema } from '../http/paging.ts';
import { defineRoute, type Route } from '../http/route.ts';
import { entities } from '../lib/records.ts';
import { bitrix24Address } from './address.ts';
import { recordsAnswer, recordsDoneAnswer } from './answers/records.ts';
import { actOnRecords, type RecordAction, type RecordActionDeps } from './record-actions.ts';
import { listRecords, presentRecord, recordSorts } from './record-list.ts';
import { recordLinks, recordStates } from './record-states.ts';

const query = z.strictObject({
  ...pagingSchema,
  local_type: z.enum(entities).optional(),
  state: z.enum(recordStates).optional(),
  link: z.enum(recordLinks).optional(),
  q: z.string().trim().min(1).max(200).optional(),
  sort: z.enum(recordSorts).default('added'),
  order: z.enum(['asc', 'desc']).default('desc'),
});

const body = z.strictObject({
  records: z
    .array(z.strictObject({ local_type: z.enum(entities), local_id: idSchema }))
    .min(1)
    .max(100),
});

const summaries: Record<RecordAction, string> = {
  sync: 'Have records looked at before others; one that is not linked gets its Bitrix24 record',
  pause: 'Write nothing on either side of some records until they go on; changes are noted',
  resume: 'Let records that were paused go on',
  unlink: 'Forget the links of records; both sides stay as they are',
  recreate: 'Make new Bitrix24 records for those that were deleted there',
};

/** Makes the routes that list records, linked or not, with the state that each is in, and do something with those that are chosen. */
export function makeRecordListRoutes(deps: RecordActionDeps): Route[] {
  return [
    defineRoute({
      method: 'get',
      path: `${bitrix24Address}/records`,
      summary:
        'Records of the CRM, linked or not, and those of Bitrix24 that an open error tells of, each in one state; `counts` are of all states',
      tag: 'Records',
      answers: { 200: recordsAnswer },
      query,
      async handle({ caller, query, language }) {
        const { rows, total, counts } = await listRecords(deps.db, caller.tenantId, query);
        const records = rows.map((row) => presentRecord(row, language));
        return { data: { records, counts, pagination: paginationOf(query, total) } };
      },
    }),

    ...Object.entries(summaries).map(([action, summary]) =>
      defineRoute({
        method: 'post',
        path: `${bitrix24Address}/records/${action}`,
        summary: `${summary}; \`left\` names those that it is not possible for`,
        tag: 'Records',
        answers: { 200: recordsDoneAnswer },
        role: 'admin',
        body,
        async handle({ caller: { tenantId, subject }, body, language }) {
          const asked = { tenantId, actor: subject };
          // The keys of `summaries` are the actions.
          const { done, left } = await actOnRecords(deps, asked, action as RecordAction, body.records);
          const told = left.map(({ error, ...record }) => ({
            ...record,
            code: error.code,
            error: error.text[language],
          }));
          return { data: { done, left: told } };
        },
      }),
    ),
  ];
}
