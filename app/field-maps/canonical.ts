import { type CountryCode, parsePhoneNumberFromString } from 'libphonenumber-js/max';
import type { Canonical } from './types.ts';

/** Empty in any of the ways in which a database, a form or Bitrix24 says "nothing". */
export function isEmpty(value: unknown): boolean {
  return value === null || value === undefined || value === '' || value === false;
}

/** Blanks before a line's end. Looked for where a run of blanks begins only: a run that ends otherwise is passed over once. */
const lineTail = /(?<![^\S\n])[^\S\n]+\n/g;

/** A text with LF line ends, without blanks at line ends and around. */
export function canonicalText(value: unknown): Canonical {
  if (isEmpty(value)) return null;
  const text = String(value).replace(/\r\n?/g, '\n').replaceAll('\u00a0', ' ').trim();
  return text.replace(lineTail, '\n') || null;
}

/** A text of one line: every run of blanks is one blank. */
export function canonicalLine(value: unknown): Canonical {
  if (isEmpty(value)) return null;
  const text = String(value).trim();
  return (/\s\s|[^\S ]/.test(text) ? text.replace(/\s+/g, ' ') : text) || null;
}

/** A calendar date: the first ten characters, for arithmetic with zones would move the day. */
export function canonicalDate(value: unknown): Canonical {
  if (isEmpty(value)) return null;
  const text = value instanceof Date ? value.toISOString() : String(value);
  const date = text.slice(0, 10);
  return /^\d{4}-\d\d-\d\d$/.test(date) && !date.startsWith('0000') ? date : null;
}

/** A number without trailing zeros. */
export function canonicalNumber(value: unknown): Canonical {
  if (isEmpty(value)) return null;
  const number = Number(String(value).trim().replace(',', '.'));
  return Number.isFinite(number) ? String(number) : null;
}

/** `Y` or `N`, whichever of Bitrix24's many spellings it was. */
export function canonicalBoolean(value: unknown): Canonical {
  if (value === null || value === undefined || value === '') return null;
  return ['Y', 'y', '1', 1, true, 'true', 't'].includes(value as never) ? 'Y' : 'N';
}

/** A reference to another record; Bitrix24 says "none" as `0`, `"0"`, an empty string or null. */
export function canonicalId(value: unknown): Canonical {
  const id = Number(value ?? 0);
  return Number.isSafeInteger(id) && id > 0 ? String(id) : null;
}

/** An e-mail address: case makes no difference to any mail server in use. */
export function canonicalEmail(value: unknown): Canonical {
  return canonicalLine(value)?.toLowerCase() ?? null;
}

/**
 * A phone number in E.164, with its extension when it has one. A number without a country code counts only where it is valid in the
 * company's country: of others it is not known whose they are. They stay as they were written, and so does what is no phone number.
 */
export function canonicalPhone(value: unknown, country: CountryCode): Canonical {
  const text = canonicalLine(value);
  if (text === null) return null;
  const phone = parsePhoneNumberFromString(text, country);
  const isCertain = text.startsWith('+') ? phone?.isPossible() : phone?.isValid();
  if (!phone || !isCertain) return text;
  return phone.ext ? `${phone.number} доб. ${phone.ext}` : phone.number;
}

/** `2026-11-26T16:31:59.123456+03:00` and longer forms of it. */
const longestMoment = 64;

/** The calendar day of a moment, `utcOffsetMin` minutes east of UTC. */
export function dayOfMoment(value: unknown, utcOffsetMin: number): Canonical {
  if (isEmpty(value)) return null;
  const moment = value instanceof Date ? value.getTime() : Date.parse(String(value).slice(0, longestMoment));
  return Number.isNaN(moment) ? null : canonicalDate(new Date(moment + utcOffsetMin * 60_000));
}

/** Cuts a text to what a Bitrix24 field can hold, counting UTF-16 units, never through the middle of a character. */
export function clip(text: string, length: number): string {
  if (text.length <= length) return text;
  let clipped = '';
  for (const character of text) {
    if (clipped.length + character.length > length) break;
    clipped += character;
  }
  return clipped.trimEnd();
}
