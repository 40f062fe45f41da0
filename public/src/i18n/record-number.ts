import type { Phrase } from './phrase.ts';
import { say } from './translate.ts';

const number: Phrase = { ru: '№ {id}', en: 'No. {id}' };

/** The number of a record, as people of each language write it; digits are not grouped. */
export function shownNumber(id: number | string | null | undefined): string {
  return say(number, { id: String(id ?? '') });
}
