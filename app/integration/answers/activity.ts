import { z } from 'zod';
import { list, time } from '../../http/answers.ts';
import { entities } from '../../lib/records.ts';
import { companyNames } from './mappings.ts';

const line = z
  .object({
    id: z.int(),
    source: z.enum(['sync', 'visitor']).describe('Ids are unique within each.'),
    at: time,
    local_type: z.enum(entities).nullable(),
    local_id: z.int().nullable(),
    bitrix24_id: z.string().nullable(),
    local_name: z.string().nullable(),
    direction: z.string().nullable(),
    operation: z.string(),
    cause: z.enum(['person', 'run', 'undo', 'sweep', 'portal', 'crm', 'sync']).describe('What brought it about.'),
    reason: z.string().nullable(),
    run_id: z.int().nullable(),
    actor: z.string().nullable(),
    actor_name: z.string().nullable().describe('As the portal names a visitor of its pages; null for others.'),
    changes: list(z.object({ field: z.string(), before: z.unknown(), after: z.unknown() })),
    undoable: z.boolean().describe('`POST …/activity/{logId}/undo` may take it back.'),
  })
  .meta({ id: 'ActivityLine' });

export const activityAnswer = {
  data: z.object({
    items: list(line),
    company_names: companyNames,
    next_cursor: z.string().nullable().describe('Null after the last page.'),
  }),
  text: { type: 'text/csv', description: 'Every line that the filters let through, one row a field' },
};
