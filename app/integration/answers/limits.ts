import { z } from 'zod';
import { list, time } from '../../http/answers.ts';

export const methodUsageAnswer = z
  .object({
    method: z.string(),
    used_sec: z.number(),
    budget_sec: z.number(),
    share: z.number(),
    blocked_until: time.nullable(),
  })
  .meta({ id: 'MethodUsage', description: "One method's execution time in the portal's window." });

export const limitsAnswer = z.union([
  z.object({ portal: z.null() }),
  z.object({
    requests: z.object({
      used: z.number(),
      size: z.int(),
      per_second: z.number(),
      share: z.number(),
      blocked_until: time.nullable(),
    }),
    methods: list(methodUsageAnswer).describe('The busiest first.'),
    share: z.number().describe('The fullest of all, between 0 and 1.'),
    portal: z.string(),
  }),
]);
