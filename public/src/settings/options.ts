import type { Phrase } from '../i18n/phrase.ts';
import { say } from '../i18n/translate.ts';
import { choiceWords } from '../words/places.ts';

export interface Option<Value extends string = string> {
  value: Value;
  label: string;
}

/** The choices of a place of the settings with their names, each beginning with a capital. */
export function optionsOf(place: string): Option[] {
  return Object.entries(choiceWords).flatMap(([key, phrase]) => {
    const [of, value = ''] = key.split('.');
    return of === place ? [{ value, label: capital(say(phrase)) }] : [];
  });
}

/** A text as the beginning of a line. */
export function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

export const capitalOf = (phrase: Phrase | undefined): string => (phrase ? capital(say(phrase)) : '');
