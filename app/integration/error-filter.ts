import { z } from 'zod';
import { idSchema } from '../http/ids.ts';
import { entities } from '../lib/records.ts';
import { errorStates } from './error-list.ts';

const name = z.string().trim().min(1).max(50);

/** What a list of errors is narrowed by, in an address and in a body. */
export const errorFields = {
  status: z.enum(['pending', 'failed', 'resolved']).optional(),
  state: z.enum(errorStates).optional(),
  service: name.optional(),
  operation: name.optional(),
  kind: z.enum(['auth', 'network', 'validation', 'limit', 'conflict', 'gone']).optional(),
  code: z.string().trim().min(1).max(100).optional(),
  cause: z
    .string()
    .regex(/^[0-9a-f]{12}$/)
    .optional(),
  local_type: z.enum(entities).optional(),
  q: z.string().trim().min(1).max(100).optional(),
};

/** Errors of one decision: more are decided in several. */
export const mostIds = 10_000;

const inBody = {
  ...errorFields,
  retryable_only: z.boolean().optional(),
  ids: z.array(idSchema).min(1).max(mostIds).optional(),
};

/** The errors that a person means: those of a filter, named ones, or both at once. An empty body means all that are open. */
export const wantedErrors = z.strictObject(inBody).default({});

/** The same where no error may be meant by oversight: something has to be said. `more` is what else the body holds. */
export function chosenErrors<More extends z.ZodRawShape>(more: More) {
  return z.strictObject({ ...inBody, ...more }).refine((body) => Object.keys(body).some((key) => key in inBody), {
    path: ['ids'],
    params: {
      text: {
        ru: 'Назовите ошибки: ids или фильтр, например state, cause',
        en: 'Name the errors: ids, or a filter such as state, cause',
      },
    },
  });
}
