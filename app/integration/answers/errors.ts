import { z } from 'zod';
import { list, time } from '../../http/answers.ts';
import { errorStates } from '../error-list.ts';

export const integrationErrorAnswer = z
  .object({
    id: z.int(),
    service: z.string(),
    operation: z.string(),
    local_type: z.string().nullable(),
    local_id: z.int().nullable(),
    bitrix24_type: z.string().nullable(),
    external_id: z.string().nullable(),
    run_id: z.int().nullable(),
    kind: z.string(),
    code: z.string(),
    message: z.string(),
    retryable: z.boolean(),
    attempts: z.int(),
    next_retry_at: time.nullable(),
    status: z.enum(['failed', 'pending', 'resolved']),
    request: z.unknown(),
    response: z.unknown(),
    stack_trace: z.string().nullable(),
    created_at: time,
    updated_at: time,
    resolved_at: time.nullable(),
    cause: z.string().describe('Code and message without what belongs to one record.'),
    snoozed_until: time.nullable(),
    resolved_by: z
      .string()
      .nullable()
      .describe('The person who closed it, as their token names them; null where it ended by itself.'),
    closed_as: z.enum(['excluded', 'closed']).nullable(),
  })
  .meta({
    id: 'IntegrationError',
    description: "An error by the table's own column names. Texts were freed of secrets when the row was written.",
  });

export const errorGroupAnswer = z
  .object({
    cause: z.string().describe('Code and message without what belongs to one record.'),
    code: z.string(),
    kind: z.string(),
    retryable: z.boolean(),
    count: z.int(),
    failed: z.int().describe('Of these, how many wait for a person.'),
    pending: z.int().describe('Of these, how many are tried again by themselves.'),
    last_day: z
      .int()
      .describe('How many records began to fail so in the last 24 hours; those that are mended by now, too.'),
    day_before: z.int().describe('The same in the 24 hours before.'),
    message: z.string().describe('What happened, as the latest error says it.'),
    title: z
      .string()
      .describe('The same without what belongs to one record: `…` for a quoted name, `#` for a number or an id.'),
    advice: z
      .string()
      .nullable()
      .describe('What this company can do, by the kind of its connection; null when there is nothing to add.'),
    local_types: list(z.string()),
    first_at: time,
    last_at: time,
  })
  .meta({
    id: 'ErrorGroup',
    description: 'A cause that people can act on at once, however many records it holds back.',
  });

const listed = integrationErrorAnswer
  .extend({
    local_name: z.string().nullable(),
    state: z.enum(errorStates),
    mapping_id: z.int().nullable(),
    bitrix24_id: z.string().nullable(),
    field: z.string().nullable().describe('The one that was refused; null where the record failed as a whole.'),
    value: z.string().nullable().describe('Our value of it.'),
    resolved_by_name: z.string().nullable(),
  })
  .meta({ id: 'ListedError' });

const shown = listed
  .extend({
    reason: z.string().describe('The message without the advice.'),
    advice: z.string().nullable(),
  })
  .meta({ id: 'ErrorWithAdvice' });

export const errorsAnswer = {
  data: z.object({
    items: list(shown),
    total: z.int(),
    page: z.int(),
    limit: z.int(),
    total_pages: z.int(),
  }),
  text: { type: 'text/csv', description: 'Every error that the filter shows' },
};

export const errorStatsAnswer = z.object({
  total_errors: z.int(),
  pending_errors: z.int(),
  resolved_errors: z.int(),
  failed_errors: z.int(),
  errors_by_service: z.record(z.string(), z.int()),
  errors_by_operation: z.record(z.string(), z.int()),
  recent_errors: list(listed),
});

export const errorGroupsAnswer = z.object({
  groups: list(errorGroupAnswer),
  counts: z.object({ open: z.int(), closed: z.int(), retrying: z.int(), later: z.int() }),
});

const retryId = z.int().nullable().describe('Names it for `…/errors/retries/{id}`; null when nothing was to be tried.');

export const retriedAnswer = z.object({ retried: z.int(), retry_id: retryId });

export const retriedErrorAnswer = integrationErrorAnswer.extend({ retry_id: retryId }).meta({ id: 'RetriedError' });
