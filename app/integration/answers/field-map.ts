import { z } from 'zod';
import { list, time } from '../../http/answers.ts';
import { entities } from '../../lib/records.ts';

export const crmValueAnswer = z
  .object({ value: z.string(), count: z.int() })
  .meta({ id: 'CrmValue', description: 'A value that records of a tenant have, and how many of them.' });

export const chosenContractAnswer = z
  .object({ id: z.int(), number: z.string(), client_name: z.string().nullable() })
  .meta({ id: 'ChosenContract', description: 'A contract to choose from.' });

export const crmValuesAnswer = z.object({
  object: z.object({ type: list(crmValueAnswer), status: list(crmValueAnswer) }),
  user: z.object({ role: list(crmValueAnswer) }),
  contract: z.object({ status: list(crmValueAnswer), currency: list(crmValueAnswer) }),
  contracts: list(chosenContractAnswer),
});

export const foundContractsAnswer = z.object({ contracts: list(chosenContractAnswer) });

const ownField = z.object({
  kind: z.enum(entities),
  local: z.string(),
  field: z.string(),
  title: z.string(),
  state: z.enum(['made', 'exists', 'missing', 'unfit']),
  problem: z.string().nullable(),
});

export const ownFieldsAnswer = z.object({ fields: list(ownField) });

export const madeFieldsAnswer = z.object({ fields: list(ownField), pairs_added: list(z.string()) });

export const listsAnswer = z.object({
  read_at: time,
  funnels: list(
    z.object({
      id: z.int(),
      name: z.string(),
      stages: list(z.object({ id: z.string(), name: z.string(), semantics: z.enum(['P', 'S', 'F']) })),
    }),
  ).nullable(),
  users: list(z.object({ id: z.int(), name: z.string(), email: z.string().nullable() })).nullable(),
  sources: list(z.object({ id: z.string(), name: z.string() })).nullable(),
  contact_types: list(z.object({ id: z.string(), name: z.string() })).nullable(),
  company_types: list(z.object({ id: z.string(), name: z.string() })).nullable(),
  deal_types: list(z.object({ id: z.string(), name: z.string() })).nullable(),
  unread: list(z.object({ part: z.string(), code: z.string(), message: z.string() })),
});

export const mapChoicesAnswer = z.object({
  kinds: list(
    z.object({
      fields: list(
        z.object({
          field: z.string(),
          title: z.string(),
          type: z.string(),
          is_read_only: z.boolean(),
          is_multiple: z.boolean(),
          taken_by: z.string().nullable().describe('The built-in pair that has the field already.'),
          fits: z
            .object({
              boolean: list(z.string()).optional(),
              date: list(z.string()).optional(),
              text: list(z.string()).optional(),
              datetime: list(z.string()).optional(),
              money: list(z.string()).optional(),
            })
            .describe('Conversions by the type of the column; none where no pair is possible.'),
          values: list(z.object({ id: z.string(), name: z.string() })).nullable(),
        }),
      ),
      kind: z.enum(entities),
      pairs: list(
        z.object({
          key: z.string(),
          owner: z.enum(['bitrix24', 'crm', 'both']),
          local: list(z.string()),
          bitrix24: list(z.string()),
        }),
      ),
      columns: list(
        z.object({
          local: z.string(),
          type: z.enum(['boolean', 'date', 'text', 'datetime', 'money']),
          owner: z.string().nullable(),
        }),
      ),
    }),
  ),
});
