import { z } from 'zod';
import { list, pagination } from '../../http/answers.ts';

export const clientDoubleAnswer = z
  .object({
    client_inn: z.string(),
    client_kpp: z.string().nullable(),
    client_name: z.string().nullable(),
    companies: list(
      z.object({
        bitrix24_id: z.string(),
        contracts: list(z.object({ id: z.int(), number: z.string(), title: z.string().nullable() })),
      }),
    ).describe('The companies, that of the eldest contract first.'),
  })
  .meta({
    id: 'ClientDouble',
    description: 'A client whose contracts are linked with several companies, as earlier releases made them.',
  });

export const clientDoublesAnswer = z.object({ doubles: list(clientDoubleAnswer), pagination });

export const clientMergeAnswer = z.object({ moved: z.int() });
