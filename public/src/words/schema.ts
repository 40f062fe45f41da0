import type { Phrase } from '../i18n/phrase.ts';

export const schemaWords = {
  title: { ru: 'Что изменилось в полях портала', en: "What changed in the portal's fields" },
  lead: {
    ru: 'За последние 30 дней. Сначала то, что касается синхронизации',
    en: 'In the last 30 days. What concerns the synchronisation comes first',
  },
  noticed: { ru: 'Замечено {time}', en: 'Noticed {time}' },
  touches: { ru: 'Пары полей: {pairs}', en: 'Pairs of fields: {pairs}' },
} as const satisfies Record<string, Phrase>;
