import type { Phrase } from '../i18n/phrase.ts';

/** Filters of lists that are saved under names. */
export const savedViewWords = {
  title: { ru: 'Сохранённые фильтры', en: 'Saved filters' },
  save: { ru: 'Сохранить фильтр', en: 'Save filter' },
  name: { ru: 'Название фильтра', en: 'Filter name' },
  delete: { ru: 'Удалить фильтр «{name}»', en: 'Delete the filter “{name}”' },
} as const satisfies Record<string, Phrase>;
