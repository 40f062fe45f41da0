import { z } from 'zod';
import { list, time } from '../../http/answers.ts';
import { pausesAnswer } from './pauses.ts';
import { recordCounts } from './records.ts';

const byDirectionAnswer = z.object({ to_bitrix: z.int(), from_bitrix: z.int() }).meta({ id: 'ByDirection' });

const hourlyCountAnswer = z
  .object({
    hour: time.describe('Start of the hour.'),
    synchronised: z.int().describe('Changes that were applied.'),
    failed: z.int().describe('Records (or whole connections) that began to fail in this hour, mended since or not.'),
  })
  .meta({ id: 'HourlyCount' });

export const statsAnswer = z.object({
  records: recordCounts.extend({
    by_kind: z.object({ object: recordCounts, user: recordCounts, contract: recordCounts }),
  }),
  mappings: z.object({
    last_sync_time: time.nullable(),
    total_mappings: z.int(),
    object_mappings: z.int(),
    user_mappings: z.int(),
    contract_mappings: z.int(),
  }),
  errors_count: z.int(),
  errors_failed: z.int(),
  errors_retrying: z.int(),
  running: z.object({ id: z.int(), done: z.int(), total: z.int() }).nullable(),
  held: z.int(),
  matches_waiting: z.int(),
  excluded: z.object({ object: z.int(), user: z.int(), contract: z.int() }),
  service_name: z.string(),
  generated_at: time,
  sync: z.object({
    days: z.int(),
    success: z.object({ object: byDirectionAnswer, user: byDirectionAnswer, contract: byDirectionAnswer }),
    errors: z.object({ object: byDirectionAnswer, user: byDirectionAnswer, contract: byDirectionAnswer }),
    errors_by_kind: z.record(z.string(), z.int()),
    lag_sec: z.int(),
    faults: z.int(),
    complete_until: time.nullable(),
    paused: pausesAnswer,
  }),
});

export const hoursAnswer = z.object({ hours: list(hourlyCountAnswer) });
