import { z } from 'zod';
import { list, pagination, time } from '../../http/answers.ts';
import { entities } from '../../lib/records.ts';

export const conflictAnswer = z
  .object({
    id: z.int(),
    entity: z.enum(entities),
    local_id: z.int(),
    bitrix24_id: z.string(),
    field: z.string(),
    local_value: z.string().nullable(),
    bitrix24_value: z.string().nullable(),
    winner: z.enum(['bitrix24', 'none', 'crm']),
    policy: z.string(),
    state: z.enum(['open', 'resolved']),
    standing: z
      .boolean()
      .describe('A person is asked about the field, which rests on both sides until the answer is carried out.'),
    decision: z
      .enum(['bitrix24', 'crm'])
      .nullable()
      .describe(
        'What was answered, and by whom as their token names them; null while it is open, and where it closed by itself.',
      ),
    decided_by: z.string().nullable(),
    local_changed_at: time
      .nullable()
      .describe('When each record was last changed as this was found; by whom in the portal, where it tells.'),
    bitrix24_changed_at: time.nullable(),
    bitrix24_changed_by: z.string().nullable(),
    created_at: time,
    resolved_at: time.nullable(),
    decision_id: z
      .int()
      .nullable()
      .describe(
        'Under which a person decided it, alone or with others; `…/conflicts/decisions/{id}/undo` takes that back.',
      ),
  })
  .meta({ id: 'Conflict' });

const listed = conflictAnswer
  .extend({
    mapping_id: z.int().nullable(),
    local_name: z.string().nullable(),
    decided_by_name: z.string().nullable(),
    bitrix24_changed_by_name: z.string().nullable(),
  })
  .meta({ id: 'ListedConflict', description: 'A conflict in a list, with what a reader knows its record by.' });

export const conflictsAnswer = z.object({ conflicts: list(listed), pagination });

const group = z
  .object({
    local_type: z.enum(entities),
    field: z.string(),
    winner: z.enum(['crm', 'bitrix24', 'none']),
    standing: z.boolean(),
    count: z.int(),
    oldest_at: time,
  })
  .meta({ id: 'ConflictGroup', description: 'Conflicts that are alike: one kind of record, one field, and who won.' });

export const conflictGroupsAnswer = z.object({ groups: list(group) });

const left = list(z.object({ id: z.int(), code: z.string(), reason: z.string() }));

export const conflictsDecidedAnswer = z.object({
  decision_id: z.int().nullable(),
  decided: z.int(),
  left: left.describe('Those that could not be decided, each with the reason.'),
  more: z.boolean().describe('More fit the filter than one call decides.'),
});

export const decisionUndoneAnswer = z.object({ undone: z.int(), left });
