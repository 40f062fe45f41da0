import { z } from 'zod';
import { list, time } from '../../http/answers.ts';
import { entities } from '../../lib/records.ts';

export const pauseAnswer = z
  .object({
    since: time,
    by: z.string().describe('`sub` of the token.'),
    by_name: z.string().nullable().describe('As the portal names a visitor of its pages; null for others.'),
  })
  .meta({ id: 'Pause', description: 'Since when something rests, and who paused it.' });

export const pausesAnswer = z
  .object({
    tenant: pauseAnswer.nullable().describe('The whole tenant; null when it is not.'),
    kinds: list(
      z.object({
        since: time,
        by: z.string().describe('`sub` of the token.'),
        by_name: z.string().nullable().describe('As the portal names a visitor of its pages; null for others.'),
        kind: z.enum(entities),
      }),
    ),
    records: z.int().describe('How many single records are.'),
  })
  .meta({ id: 'Pauses', description: 'What of a tenant is paused.' });

export const pausedAnswer = z.object({ paused: pausesAnswer });
