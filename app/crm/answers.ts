import { z } from 'zod';
import { list, pagination, time } from '../http/answers.ts';
import type { RecordKind } from './kinds.ts';
import type { RecordRow } from './records.ts';

const text = z.string().nullable();
const date = z.iso.date().nullable();
const own = { id: z.int(), tenant_id: z.int() };
const times = { created_at: time, updated_at: time };

const object = z.object({
  ...own,
  name: z.string(),
  type: text,
  description: text,
  imei: text,
  phone_number: text,
  serial_number: text,
  status: z.string(),
  contract_id: z.int().nullable(),
  ...times,
});

const user = z.object({
  ...own,
  name: z.string(),
  email: text,
  phone: text,
  role: z.string(),
  is_active: z.boolean(),
  ...times,
});

const contract = z.object({
  ...own,
  number: z.string(),
  title: text,
  description: text,
  client_name: text,
  client_inn: text,
  client_kpp: text,
  client_email: text,
  client_phone: text,
  client_address: text,
  start_date: date,
  end_date: date,
  total_amount: text.describe('With two decimals; a text, because a float would lose kopecks.'),
  currency: z.string(),
  status: z.string(),
  ...times,
});

/** A record of each kind. One piece of code reads every kind, so the rows are typed by what they share. */
export const recordAnswers = {
  objects: object.meta({ id: 'Object' }),
  users: user.meta({ id: 'User' }),
  contracts: contract.meta({ id: 'Contract' }),
} as unknown as Record<RecordKind['name'], z.ZodType<RecordRow, RecordRow>>;

export function recordsAnswer(kind: RecordKind) {
  return z.object({ items: list(recordAnswers[kind.name]), pagination });
}

export const companyAnswer = z
  .object({ id: z.int(), name: z.string(), bitrix24_connected: z.boolean(), ...times })
  .meta({ id: 'Company' });

export const deletedAnswer = z.object({ id: z.int() });
