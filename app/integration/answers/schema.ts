import { z } from 'zod';
import { list, time } from '../../http/answers.ts';
import { entities } from '../../lib/records.ts';

export const schemaAnswer = z.object({
  unread: z.object({ code: z.string(), message: z.string() }).nullable(),
  read_at: time.nullable(),
  changes: list(
    z.object({
      change: z.enum(['required', 'removed', 'retyped', 'renamed', 'option_removed']),
      kind: z.enum(entities).nullable(),
      field: z.string(),
      option: z.string().nullable(),
      title: z.string(),
      before: z.string().nullable(),
      after: z.string().nullable(),
      since: time,
      last_seen_at: time.nullable(),
      pairs: list(z.object({ kind: z.enum(entities), pair: z.string() })),
      text: z.string(),
      advice: z.string(),
    }),
  ),
});
