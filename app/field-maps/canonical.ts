import { type CountryCode, parsePhoneNumberFromString } from 'libphonenumber-js/max';
import type { Canonical } from './types.ts';

/** Empty in any of the ways in which a database, a form or Bitrix24 says "nothing". */
export function isEmpty(value: unknown): boolean {
  return value === null || value === undefined || value === '' || value === false;
}

/** A text with LF line ends, without blanks at line ends and around. */
export function canonicalText(value: unknown): Canonical {
  if (isEmpty(value)) return null;
  const text = String(value).trim();
  return (/[\r\u00a0]|[^\S\n]\n/.test(text) ? withCleanLines(text) : text) || null;
}

const [lineFeed, carriageReturn, blank, lastingBlank] = [10, 13, 32, 0xa0] as const;

/** Goes once through a text that neither begins nor ends with a blank. */
function withCleanLines(text: string): string {
  const units = new Uint16Array(text.length);
  let length = 0;
  /** Behind what is no blank in this line. */
  let kept = 0;
  for (let at = 0; at < text.length; at += 1) {
    const unit = text.charCodeAt(at);
    const isLineEnd = unit === lineFeed || unit === carriageReturn;
    if (unit === carriageReturn && text.charCodeAt(at + 1) === lineFeed) continue;
    if (isLineEnd) length = kept;
    units[length] = isLineEnd ? lineFeed : unit === lastingBlank ? blank : unit;
    length += 1;
    if (isLineEnd || !isBlank(unit)) kept = length;
  }
  return Buffer.from(units.buffer, 0, length * 2).toString('utf16le');
}

/** Whether a UTF-16 unit is one of the blanks that `trim` takes off. */
export function isBlank(unit: number): boolean {
  if (unit < 128) return unit === blank || (unit >= 9 && unit <= 13);
  return (unit === lastingBlank || unit >= 0x1680) && /\s/.test(String.fromCharCode(unit));
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
  const isInside = /^[\ud800-\udbff][\udc00-\udfff]$/.test(text.slice(length - 1, length + 1));
  return text.slice(0, isInside ? length - 1 : length).trimEnd();
}
