import { z } from 'zod';
import { list, time } from '../../http/answers.ts';
import { entities } from '../../lib/records.ts';

const portalOnlyRecord = z
  .object({
    local_type: z.enum(entities).describe('Of the CRM record that can be made of it.'),
    bitrix24_type: z.enum(['deal', 'contact', 'company']),
    bitrix24_id: z.string(),
    name: z.string().nullable(),
    detail: z.string().nullable().describe('E-mail and phone; of a deal nothing.'),
    created_at: time.nullable(),
    changed_at: time,
    waiting: z.boolean().describe('It is queued: its CRM record may be made in a moment.'),
    error: z
      .object({ id: z.int(), code: z.string(), message: z.string(), status: z.enum(['failed', 'pending']) })
      .nullable()
      .describe('The open error that tells of it.'),
  })
  .meta({ id: 'PortalOnlyRecord', description: 'A record of Bitrix24 that stands for none of the CRM.' });

export const portalOnlyAnswer = z.object({
  records: list(portalOnlyRecord),
  next_cursor: z
    .string()
    .nullable()
    .describe('Where the list goes on, also after an answer without rows; null: that was all.'),
  looked_at: z.int().describe('Records of the portal that were looked at for this answer.'),
});

export const portalCreatedAnswer = z.object({
  done: z.int().describe('Those that are queued.'),
  left: list(z.object({ bitrix24_id: z.string(), code: z.string(), error: z.string() })).describe(
    'Those that it is not possible for.',
  ),
});
