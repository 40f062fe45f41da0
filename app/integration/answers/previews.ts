import { z } from 'zod';
import { list } from '../../http/answers.ts';
import { runAnswer } from './runs.ts';

export const previewedRunAnswer = runAnswer.omit({ preview: true }).meta({ id: 'PreviewedRun' });

export const forecastAnswer = z
  .object({
    seconds: z.number(),
    requests: z.int(),
    bound: z
      .enum(['requests', 'work', 'execution_time'])
      .describe(
        "What the time is spent on: the rate of requests, the portal's own work, or the execution time that it grants a method.",
      ),
    methods: list(
      z.object({
        method: z.string(),
        calls: z.int(),
        seconds: z.number(),
        share: z.number(),
        measured: z.boolean(),
      }),
    ).describe('`seconds` of execution time each; `measured` is false where this portal has not been asked yet.'),
  })
  .meta({ id: 'Forecast', description: 'What some work takes on a portal.' });

export const outdatedAnswer = z
  .object({
    reasons: list(z.enum(['settings', 'records', 'age', 'started'])).describe(
      '`settings`: they were changed since; `records`: some were; `age`: it is older than an hour; `started`: its run was started.',
    ),
    changed_records: z
      .int()
      .describe('How many records of its kinds changed since, on either side as far as is known here.'),
    started_run_id: z.int().nullable().describe('The run that was started from it last.'),
  })
  .meta({ id: 'Outdated', description: 'Why a preview does not tell any more what its run would do.' });

export const previewAnswer = z.object({
  run: previewedRunAnswer,
  totals: z.record(z.string(), z.int()),
  kinds: z.record(
    z.string(),
    z.record(
      z.string(),
      z.object({
        count: z.int(),
        to_bitrix: z.int(),
        examples: list(
          z.object({
            fields: list(
              z.object({
                columns: list(z.string()).optional(),
                bitrix24_fields: list(z.string()).optional(),
                title: z.string().nullable().optional(),
                key: z.string(),
                to: z.enum(['bitrix24', 'crm', 'conflict']),
                before: z.string().nullable(),
                after: z.string().nullable(),
              }),
            ),
            local_id: z.int().nullable(),
            bitrix24_id: z.int().nullable(),
            name: z.string().nullable(),
            reason: z
              .string()
              .nullable()
              .describe('Why it is asked, left out or failed; null where that needs no reason.'),
          }),
        ),
      }),
    ),
  ),
  forecast: forecastAnswer.nullable(),
  outdated: outdatedAnswer,
});
