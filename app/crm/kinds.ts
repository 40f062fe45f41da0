import { z } from 'zod';
import { idSchema, idTextSchema } from '../http/ids.ts';
import type { Text } from '../lib/errors.ts';
import type { Models } from '../models/index.ts';
import {
  optionalAmount,
  optionalDate,
  optionalDigits,
  optionalEmail,
  optionalImei,
  optionalText,
  requiredText,
} from './fields.ts';

/** One kind of CRM record, as the REST interface treats it. */
export interface RecordKind {
  /** Last part of the address. */
  name: 'objects' | 'users' | 'contracts';
  model: keyof Models;
  /** What a body may hold. */
  fields: z.ZodRawShape;
  /** Fields that a new record needs. */
  required: readonly string[];
  /** Columns that `q` looks through. */
  searched: readonly string[];
  /** Columns that a list can be narrowed by, with how their value is read. */
  filters: z.ZodRawShape;
  /** Unique per tenant: the index, and what to say. */
  unique?: { index: string; code: string; path: string; text: Text };
}

const status = requiredText(50);

export const recordKinds: readonly RecordKind[] = [
  {
    name: 'objects',
    model: 'CrmObject',
    fields: {
      name: requiredText(255),
      type: optionalText(100),
      description: optionalText(60_000),
      imei: optionalImei,
      phone_number: optionalText(50),
      serial_number: optionalText(100),
      status,
      contract_id: idSchema.nullable(),
    },
    required: ['name'],
    searched: ['name', 'imei', 'phone_number', 'serial_number'],
    filters: { status: requiredText(50).optional(), contract_id: idTextSchema.optional() },
    unique: {
      index: 'objects_imei',
      code: 'imei_taken',
      path: 'imei',
      text: { ru: 'Объект с таким IMEI уже есть', en: 'There is an object with this IMEI already' },
    },
  },
  {
    name: 'users',
    model: 'CrmUser',
    fields: {
      name: requiredText(255),
      email: optionalEmail,
      phone: optionalText(50),
      role: requiredText(50),
      is_active: z.boolean(),
    },
    required: ['name'],
    searched: ['name', 'email', 'phone'],
    filters: { role: requiredText(50).optional() },
  },
  {
    name: 'contracts',
    model: 'Contract',
    fields: {
      number: requiredText(100),
      title: optionalText(255),
      description: optionalText(60_000),
      client_name: optionalText(255),
      client_inn: optionalDigits([10, 12], 'ИНН — 10 или 12 цифр', 'an INN has 10 or 12 digits'),
      client_kpp: optionalDigits([9], 'КПП — 9 цифр', 'a KPP has 9 digits'),
      client_email: optionalEmail,
      client_phone: optionalText(50),
      client_address: optionalText(1000),
      start_date: optionalDate,
      end_date: optionalDate,
      total_amount: optionalAmount,
      currency: z.string().regex(/^[A-Z]{3}$/),
      status,
    },
    required: ['number'],
    searched: ['number', 'title', 'client_name', 'client_inn'],
    filters: { status: requiredText(50).optional() },
    unique: {
      index: 'contracts_number',
      code: 'number_taken',
      path: 'number',
      text: { ru: 'Договор с таким номером уже есть', en: 'There is a contract with this number already' },
    },
  },
];

/** The body of a new record: required fields and any of the others. */
export function newRecordSchema({ fields, required }: RecordKind): z.ZodType<Record<string, unknown>> {
  const shape = Object.entries(fields).map(([name, schema]) => [
    name,
    required.includes(name) ? schema : (schema as z.ZodType).optional(),
  ]);
  return z.strictObject(Object.fromEntries(shape)) as z.ZodType<Record<string, unknown>>;
}

/** The body of a change: any of the fields, at least one. */
export function changeSchema({ fields }: RecordKind): z.ZodType<Record<string, unknown>> {
  const text: Text = { ru: 'нужно хотя бы одно поле', en: 'at least one field is needed' };
  return z
    .strictObject(fields)
    .partial()
    .refine((body) => Object.keys(body).length > 0, { params: { text } }) as z.ZodType<Record<string, unknown>>;
}
