import { z } from 'zod';
import { list, pagination, time } from '../../http/answers.ts';

export const taskAnswer = z
  .object({
    id: z.int(),
    object_id: z.int(),
    deal_id: z.int(),
    bitrix24_id: z.int().nullable(),
    title: z.string(),
    description: z.string().nullable(),
    status: z.enum([
      'pending',
      'gone',
      'refused',
      'in_progress',
      'supposedly_completed',
      'completed',
      'deferred',
      'declined',
      'sending',
    ]),
    status_text: z.string(),
    deadline: z.string().nullable(),
    responsible: z.object({ id: z.int(), name: z.string().nullable() }),
    url: z.string().nullable(),
    requested_by: z.string().nullable(),
    created_at: time,
    changed_at: time.nullable(),
    closed_at: time.nullable(),
    error: z
      .object({ code: z.string(), error: z.string() })
      .nullable()
      .describe("Why the portal's task was not made, or not read lately."),
  })
  .meta({ id: 'Task', description: 'A task of the portal that was asked for with an object.' });

export const tasksAnswer = z.object({ items: list(taskAnswer), pagination });

export const peopleAnswer = z.object({
  items: list(z.object({ id: z.int(), name: z.string() })),
  total: z.int(),
  unread: z.object({ code: z.string(), message: z.string() }).nullable().describe('Why the portal did not tell them.'),
});
