import { language } from './language.ts';
import { fill, type Phrase, type Values } from './phrase.ts';

/** The phrase in the page's language, filled with values. */
export function say(phrase: Phrase, values: Values = {}): string {
  return fill(phrase[language.value], values, language.value);
}
