import type { Language } from './language.ts';

/** One text in both languages: a word that is missing in one is a type error. */
export type Phrase = Readonly<Record<Language, string>>;

export type Values = Readonly<Record<string, string | number>>;

/**
 * Fills a text: `{name}` is replaced by its value, `{count:запись|записи|записей}` by the form that the number asks for (one, few, many
 * in Russian; one, other in English). Pure.
 */
export function fill(text: string, values: Values, language: Language): string {
  return text.replace(/\{(\w+)(?::([^}]*))?\}/g, (_whole, name: string, forms: string | undefined) => {
    const value = values[name] ?? '';
    if (forms !== undefined) return chooseForm(forms.split('|'), Number(value), language);
    return typeof value === 'number' ? value.toLocaleString(language) : value;
  });
}

function chooseForm(forms: readonly string[], count: number, language: Language): string {
  const order = language === 'ru' ? ['one', 'few', 'many'] : ['one', 'other'];
  const index = order.indexOf(new Intl.PluralRules(language).select(count));
  return forms[index] ?? forms.at(-1) ?? '';
}
