import { z } from 'zod';
import { list } from '../../http/answers.ts';
import { entities } from '../../lib/records.ts';

export const fieldPreviewAnswer = z
  .object({
    field: z.string(),
    crm: z.string().nullable(),
    bitrix24: z.string().nullable(),
    bitrix24_name: z
      .string()
      .nullable()
      .describe("What the portal's list calls its value; null where it is no list's."),
    after: z
      .string()
      .nullable()
      .describe('What the side that gives way would hold; null where both stay, and for an emptied value.'),
    wins: z.enum(['bitrix24', 'none', 'crm']),
    unmapped: z.boolean().describe('The value has no counterpart on the other side: an error of the field.'),
  })
  .meta({
    id: 'FieldPreview',
    description:
      'What would become of one field of a record. `wins`: whose value stands; `none`: both stay as they are.',
  });

export const recordPreviewAnswer = z
  .object({ local_id: z.int().nullable(), bitrix24_id: z.int().nullable(), fields: list(fieldPreviewAnswer) })
  .meta({ id: 'RecordPreview' });

export const mapPreviewAnswer = z.object({
  version: z.int(),
  kinds: list(
    z.object({
      linked: z.int().describe('Linked records of the kind.'),
      looked: z
        .int()
        .describe("Of the records that were looked at: how many would change on which side, by field's outcome."),
      changing: z.int(),
      examples: list(recordPreviewAnswer),
      kind: z.enum(entities),
      pairs: list(z.string()),
      touched: z.int(),
      queued: z.int(),
      first_link: z.enum(['bitrix24', 'crm', 'fill_only']),
    }),
  ),
});
