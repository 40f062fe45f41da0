import { z } from 'zod';
import { list } from '../../http/answers.ts';

export const listViewAnswer = z
  .object({
    id: z.int(),
    list: z.enum(['records', 'activity']),
    name: z.string(),
    filter: z.record(z.string(), z.string()),
  })
  .meta({ id: 'ListView', description: "A saved filter: the list's address by names and values." });

export const listViewsAnswer = z.object({ views: list(listViewAnswer) });

export const listViewDeletedAnswer = z.object({ id: z.int() });
