import { z } from 'zod';
import { list, pagination, time } from '../../http/answers.ts';
import { entities } from '../../lib/records.ts';

const recordStates = [
  'waiting',
  'paused',
  'excluded',
  'orphaned',
  'conflict',
  'failing',
  'in_step',
  'not_linked',
] as const;
const links = ['linked', 'crm_only', 'bitrix24_only'] as const;

export const recordCounts = z
  .object({
    total: z.int(),
    states: z.object({
      waiting: z.int(),
      paused: z.int(),
      excluded: z.int(),
      orphaned: z.int(),
      conflict: z.int(),
      failing: z.int(),
      in_step: z.int(),
      not_linked: z.int(),
    }),
    links: z.object({ linked: z.int(), crm_only: z.int(), bitrix24_only: z.int() }),
  })
  .meta({ id: 'RecordCounts' });

const record = z
  .object({
    local_type: z.enum(entities),
    local_id: z.int().nullable().describe('Null: it is in Bitrix24 alone.'),
    local_name: z.string().nullable(),
    detail: z.string().nullable().describe('IMEI, e-mail and phone, or INN.'),
    bitrix24_type: z.enum(['deal', 'contact', 'company']),
    bitrix24_id: z.string().nullable(),
    mapping_id: z.int().nullable(),
    state: z.enum(recordStates),
    link: z.enum(links),
    excluded: z
      .string()
      .nullable()
      .describe('The rule by which a linked pair does not take part, such as `crm.types`.'),
    paused: z.boolean(),
    changed_at: time,
    last_sync_at: time.nullable(),
    conflicts: z.int(),
    waits: z
      .object({ since: time, until: time, for: z.string().nullable() })
      .nullable()
      .describe("Since when it waits in the queue, until when, and for what: a fault's name, `paused` or `by_hand`."),
    error: z
      .object({
        id: z.int(),
        code: z.string(),
        message: z.string(),
        status: z.enum(['failed', 'pending']),
        next_retry_at: time.nullable(),
        attempts: z.int(),
      })
      .nullable(),
  })
  .meta({ id: 'Record', description: 'A record, linked or not, with the one state that it is in.' });

export const recordsAnswer = z.object({
  records: list(record),
  counts: recordCounts.describe('Of all states.'),
  pagination,
});

export const recordsDoneAnswer = z.object({
  done: z.int(),
  left: list(
    z.object({ local_type: z.enum(entities), local_id: z.int(), code: z.string(), error: z.string() }),
  ).describe('Those that it is not possible for.'),
});
