import { fieldWords } from '../words/fields.ts';
import { recordWords } from '../words/records.ts';
import { roleWords, statusWords, typeWords } from '../words/values.ts';
import { formatDate, formatTime } from './format.ts';
import type { Phrase } from './phrase.ts';
import { shownNumber } from './record-number.ts';
import { say } from './translate.ts';

/** What people call a field; a field that only this tenant has is called as it is stored. */
export function nameOfField(key: string): string {
  const known = fieldWords[key];
  return known ? say(known) : key;
}

export function isNothing(value: unknown): boolean {
  return value === null || value === undefined || value === '';
}

/** A value as people read it: days and moments in their order, lists line by line, nothing as a word. Always plain text. */
export function shownValue(value: unknown): string {
  if (isNothing(value)) return say(recordWords.empty);
  if (typeof value === 'boolean') return say(value ? recordWords.yes : recordWords.no);
  if (typeof value === 'object') return JSON.stringify(value);
  const text = String(value);
  if (/^\d{4}-\d\d-\d\dT[\d:.]+Z$/.test(text)) return formatTime(text);
  if (/^\d{4}-\d\d-\d\d$/.test(text)) return formatDate(text);
  return text.startsWith('["') ? linesOf(text) : text;
}

const codes: Record<string, Record<string, Phrase>> = { status: statusWords, role: roleWords, type: typeWords };

/** The value of a CRM record's column: codes in words, everything else as `shownValue` has it. */
export function shownColumn(column: string, value: unknown): string {
  const word = codes[column]?.[String(value)];
  return word ? say(word) : shownValue(value);
}

/**
 * The value of a pair's field: companies of the portal by their names, where they are known; what the portal shows of a CRM code in words.
 */
export function shownField(key: string, value: unknown, companies: Readonly<Record<string, string>> = {}): string {
  if (key === 'company' && !isNothing(value)) return companies[String(value)] ?? shownNumber(String(value));
  const shown = shownColumn(key, value);
  return key === 'details'
    ? shown.replace(/^(Тип: )(.*)$/m, (_, label, code) => label + shownColumn('type', code))
    : shown;
}

// Several lines of one field are kept as a JSON list.
function linesOf(text: string): string {
  try {
    const lines: unknown = JSON.parse(text);
    return Array.isArray(lines) ? lines.join('\n') : text;
  } catch {
    return text;
  }
}
