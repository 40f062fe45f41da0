import { fieldWords } from '../words/fields.ts';
import { recordWords } from '../words/records.ts';
import { formatTime } from './format.ts';
import { say } from './translate.ts';

/** What people call a field; a field that only this tenant has is called as it is stored. */
export function nameOfField(key: string): string {
  const known = fieldWords[key];
  return known ? say(known) : key;
}

/** A value as people read it: moments in their time zone, nothing as a word. */
export function shownValue(value: unknown): string {
  if (value === null || value === undefined || value === '') return say(recordWords.empty);
  if (typeof value === 'string') return /^\d{4}-\d\d-\d\dT[\d:.]+Z$/.test(value) ? formatTime(value) : value;
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}
