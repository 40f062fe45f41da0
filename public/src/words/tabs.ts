import type { Phrase } from '../i18n/phrase.ts';

/** The tabs of the settings. */
export const tabWords = {
  title: { ru: 'Вкладки настроек', en: 'Tabs of the settings' },
  connection: { ru: 'Подключение', en: 'Connection' },
  scope: { ru: 'Что синхронизировать', en: 'What to sync' },
  placement: { ru: 'Новые записи', en: 'New records' },
  fields: { ru: 'Поля', en: 'Fields' },
  matching: { ru: 'Сопоставление', en: 'Matching' },
  rules: { ru: 'Конфликты и удаления', en: 'Conflicts and deletions' },
  access: { ru: 'Доступ сотрудников', en: 'Access of employees' },
  alerts: { ru: 'Оповещения', en: 'Alerts' },
  versions: { ru: 'Версии', en: 'Versions' },
} as const satisfies Record<string, Phrase>;
