import { z } from 'zod';
import { list, time } from '../../http/answers.ts';

const retry = z
  .object({
    id: z.int(),
    requested_by: z.string().describe('`sub` of the token.'),
    created_at: time,
    total: z.int(),
    mended: z.int(),
    closed: z.int().describe('Closed by a person since.'),
    failed: z.int(),
    waiting: z.int().describe('Not tried yet.'),
  })
  .meta({ id: 'ErrorRetry' });

export const errorRetriesAnswer = z.object({ retries: list(retry) });

export const errorRetryResultAnswer = retry
  .extend({
    causes: list(
      z.object({
        cause: z.string(),
        code: z.string(),
        title: z.string(),
        count: z.int(),
        advice: z.string().nullable(),
      }),
    ).describe('Why records failed again.'),
  })
  .meta({ id: 'ErrorRetryResult' });

const ids = list(z.int());

export const closedErrorsAnswer = z.object({ closed: z.int(), ids });

export const reopenedErrorsAnswer = z.object({ reopened: z.int(), ids });

export const snoozedErrorsAnswer = z.object({ snoozed: z.int(), until: time.nullable() });

export const excludedErrorsAnswer = z.object({
  excluded: z.int(),
  ids,
  skipped: z.int().describe('Errors that belong to no single record.'),
});
