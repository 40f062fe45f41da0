import { z } from 'zod';
import { list } from '../../http/answers.ts';
import { entities } from '../../lib/records.ts';
import { conflictAnswer } from './conflicts.ts';
import { integrationErrorAnswer } from './errors.ts';
import { mappingAnswer, pairAnswer } from './mappings.ts';

export const candidateAnswer = z
  .object({ id: z.int(), name: z.string(), detail: z.string().nullable() })
  .meta({ id: 'Candidate', description: 'A CRM record that could be linked.' });

export const cardAnswer = z
  .object({
    error: integrationErrorAnswer.nullable(),
    excluded: z.object({ side: z.enum(['bitrix24', 'crm']), rule: z.string(), text: z.string() }).nullable(),
    local_type: z.enum(entities),
    mapping: mappingAnswer.nullable(),
    done: z.boolean().describe('Nothing of the pair waits and no error is open.'),
  })
  .meta({ id: 'Card' });

const row = z.record(z.string(), z.unknown()).nullable();

/** One of the vehicles of a contract, with its deal. */
export type CardVehicle = z.infer<typeof vehicle>;
/** A contract behind a company's card, with its vehicles. */
export type CardContract = z.infer<typeof contract>;

const vehicle = z.object({
  id: z.int(),
  name: z.string(),
  imei: z.string().nullable(),
  deal_id: z.int().nullable().describe('Its deal in the portal; null while it has none.'),
});

const contract = z.object({
  id: z.int(),
  mapping_id: z.int(),
  number: z.string(),
  title: z.string().nullable(),
  status: z.string().nullable(),
  start_date: z.iso.date().nullable(),
  end_date: z.iso.date().nullable(),
  object_count: z.int().describe('All that the contract has, shown or not.'),
  objects: list(vehicle)
    .nullable()
    .describe('The first of them by name; null for those who may see their own card only.'),
});

const conflict = conflictAnswer
  .pick({
    id: true,
    local_id: true,
    field: true,
    local_value: true,
    bitrix24_value: true,
    winner: true,
    policy: true,
    state: true,
    standing: true,
    local_changed_at: true,
    bitrix24_changed_at: true,
    bitrix24_changed_by: true,
    created_at: true,
  })
  .extend({ local_name: z.string().nullable(), bitrix24_changed_by_name: z.string().nullable() })
  .meta({ id: 'CardConflict' });

export const cardPairAnswer = pairAnswer.extend({
  record: row.describe("The CRM record, by its columns' names."),
  contract: row.describe("The object's contract; null for other kinds."),
  contracts: list(contract).nullable().describe('All contracts that stand behind a company; null for other cards.'),
  conflicts: list(conflict).describe('Those of every contract behind a company.'),
});

export const candidatesAnswer = z.object({ items: list(candidateAnswer) });
