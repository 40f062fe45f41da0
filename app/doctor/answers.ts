import { z } from 'zod';
import { list, time } from '../http/answers.ts';
import { checkNames, checkStates } from './check.ts';
import { repairable } from './repair.ts';

const check = z
  .object({
    check: z.enum(checkNames),
    state: z.enum(checkStates).describe('`unknown`: it could not be looked at, or there is nothing to judge by.'),
    saw: z.string().describe('What was seen.'),
    advice: z.string().nullable().describe('What to do; null where nothing is wrong.'),
    repairable: z.boolean().describe('`POST …/doctor/repair` may mend it.'),
    at: time,
  })
  .meta({ id: 'DoctorCheck' });

export const doctorAnswer = z.object({ checks: list(check) });

export const repairAnswer = z.object({
  repairs: list(
    z.object({
      check: z.enum(repairable),
      done: z.boolean(),
      error: z.string().nullable(),
      code: z.string().nullable(),
    }),
  ),
  checks: list(check).describe('The same parts, looked at again.'),
});
