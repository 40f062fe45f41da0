import { parsePhoneNumberFromString } from 'libphonenumber-js';
import type { Canonical } from './types.ts';

/** Empty in any of the ways in which a database, a form or Bitrix24 says "nothing". */
export function isEmpty(value: unknown): boolean {
  return value === null || value === undefined || value === '' || value === false;
}

/** A text with LF line ends, without blanks at line ends and around. */
export function canonicalText(value: unknown): Canonical {
  if (isEmpty(value)) return null;
  const lines = String(value)
    .replace(/\r\n?/g, '\n')
    .replaceAll('\u00a0', ' ')
    .split('\n')
    .map((line) => line.trimEnd());
  return lines.join('\n').trim() || null;
}

/** A text of one line: every run of blanks is one blank. */
export function canonicalLine(value: unknown): Canonical {
  if (isEmpty(value)) return null;
  return String(value).replace(/\s+/g, ' ').trim() || null;
}

/** A calendar date: the first ten characters, for arithmetic with zones would move the day. */
export function canonicalDate(value: unknown): Canonical {
  if (isEmpty(value)) return null;
  const text = value instanceof Date ? value.toISOString() : String(value);
  const date = text.slice(0, 10);
  return /^\d{4}-\d\d-\d\d$/.test(date) && !date.startsWith('0000') ? date : null;
}

/** A number without trailing zeros; of Bitrix24's money (`300|USD`) the amount. */
export function canonicalNumber(value: unknown): Canonical {
  if (isEmpty(value)) return null;
  const number = Number(String(value).split('|')[0]?.replace(',', '.').trim());
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
 * A phone number in E.164, numbers without a country code taken as Russian; with its extension, when it has one. What is no phone
 * number stays as it was written, so that nothing is lost.
 */
export function canonicalPhone(value: unknown): Canonical {
  const text = canonicalLine(value);
  if (text === null) return null;
  const phone = parsePhoneNumberFromString(text, 'RU');
  if (!phone?.isPossible()) return text;
  return phone.ext ? `${phone.number} доб. ${phone.ext}` : phone.number;
}

// The names that Bitrix24's editor and converter use; anything else in brackets is the writer's own text.
const bbTag =
  /\[\/?(?:b|i|u|s|p|list|\*|url|img|user|color|size|font|code|quote|left|right|center|justify|table|tr|td|th|disk file id)(?:=[^\]]*|\s[^\]]*)?\]/gi;
const htmlTag =
  /<\/?(?:b|i|u|s|p|div|span|br|strong|em|ul|ol|li|a|img|font|h[1-6]|table|tbody|tr|td|th)(?:\s[^<>]*)?\/?>/gi;
const htmlBreak = /<br(?:\s[^<>]*)?\/?>|<\/(?:p|div|li|tr|h[1-6])>/gi;
const entities: Record<string, string> = { lt: '<', gt: '>', quot: '"', '#39': "'", apos: "'", nbsp: ' ', amp: '&' };

/**
 * The plain text of a COMMENTS value. Portals store BB-code, older ones HTML, and convert one into the other: only the words count.
 * Idempotent: plain text of plain text is the same.
 */
export function plainText(value: unknown): Canonical {
  let text = canonicalText(value);
  // Decoding can bring forth what looks like a tag again; every round makes the text shorter, so this ends.
  for (let before: Canonical = null; text !== null && text !== before; ) {
    before = text;
    const bare = text
      .replace(htmlBreak, '\n')
      .replace(htmlTag, '')
      .replace(bbTag, '')
      .replace(/&(lt|gt|quot|#39|apos|nbsp|amp);/g, (_, name: string) => entities[name] ?? '');
    text = canonicalText(bare);
  }
  return text;
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
