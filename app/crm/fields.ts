import { z } from 'zod';
import type { Text } from '../lib/errors.ts';

function refine<Value>(check: (value: Value) => boolean, ru: string, en: string) {
  const text: Text = { ru, en };
  return [check, { params: { text } }] as const;
}

/** A text of at most `length` characters; blanks around are taken off, an empty one is refused. */
export function requiredText(length: number) {
  return z.string().trim().min(1).max(length);
}

/** The same, where nothing is allowed: null, or an empty text, which is stored as null. */
export function optionalText(length: number) {
  return z
    .string()
    .trim()
    .max(length)
    .transform((text) => text || null)
    .nullable();
}

export const optionalEmail = optionalText(255).refine(
  ...refine<string | null>(
    (value) => value === null || z.email().safeParse(value).success,
    'нужен адрес вида name@example.ru',
    'expected an address like name@example.com',
  ),
);

/** PostgreSQL knows no year 0. */
export const optionalDate = z.iso
  .date()
  .refine(...refine<string>((value) => value >= '0001', 'нужна дата нашей эры', 'expected a date of our era'))
  .nullable();

/** Digits of a fixed number; null when there is none. */
export function optionalDigits(lengths: readonly number[], ru: string, en: string) {
  return optionalText(20).refine(
    ...refine<string | null>(
      (value) => value === null || (/^\d+$/.test(value) && lengths.includes(value.length)),
      ru,
      en,
    ),
  );
}

export const optionalImei = optionalDigits([15], 'IMEI — 15 цифр', 'an IMEI has 15 digits');

/** A sum of money with at most two decimals, as a number or a text; kept as a text, because a float would lose kopecks. */
export const optionalAmount = z
  .union([z.number().min(0).max(1e15), z.string().regex(/^\d{1,15}(\.\d{1,2})?$/)])
  .nullable()
  .transform((value) => (value === null ? null : Number(value).toFixed(2)));
