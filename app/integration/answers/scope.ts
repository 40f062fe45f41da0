import { z } from 'zod';
import { entities } from '../../lib/records.ts';

export const scopeCountsAnswer = z
  .object({
    total: z.int().describe('Linked pairs, those that rest included.'),
    inside: z.int(),
    leave: z.int().describe('Take part now, and would not.'),
    come_back: z.int().describe('Rest now, and would take part.'),
    unknown: z
      .int()
      .describe("The portal's record was not read since rules are known: looked at when the scope is saved."),
  })
  .meta({ id: 'ScopeCounts', description: 'What a scope makes of the linked pairs of a kind.' });

export const scopeCountAnswer = z.object({
  local_type: z.enum(entities),
  crm: z.object({ inside: z.int(), total: z.int() }),
  bitrix24: z.object({ inside: z.int().nullable() }),
  linked: scopeCountsAnswer,
});
