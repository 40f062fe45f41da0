import type { Phrase } from '../i18n/phrase.ts';

/** What is looked at, by the names of the interface. */
export const checkWords: Readonly<Record<string, Phrase>> = {
  installation: { ru: 'Установка', en: 'Installation' },
  rights: { ru: 'Права', en: 'Permissions' },
  administrator: { ru: 'Администратор', en: 'Administrator' },
  token: { ru: 'Токены', en: 'Tokens' },
  address: { ru: 'Адрес сервера', en: "The server's address" },
  events: { ru: 'События портала', en: 'Events of the portal' },
  round_trip: { ru: 'Пробное событие', en: 'Trial event' },
  placements: { ru: 'Вкладки в карточках', en: 'Tabs in cards' },
  offline: { ru: 'Офлайн-очередь', en: 'Offline queue' },
  clock: { ru: 'Часы и часовой пояс', en: 'Clocks and time zone' },
  plan: { ru: 'Тариф', en: 'Plan' },
  limits: { ru: 'Лимиты', en: 'Limits' },
  schema: { ru: 'Поля портала', en: "The portal's fields" },
  changed_filter: { ru: 'Поиск изменений', en: 'Search for changes' },
  duplicates: { ru: 'Двойники', en: 'Duplicates' },
};

/** What mending does, by the same names. */
export const repairWords: Readonly<Record<string, Phrase>> = {
  installation: { ru: 'Повторить шаги', en: 'Repeat the steps' },
  token: { ru: 'Обновить токены', en: 'Renew the tokens' },
  events: { ru: 'Подключить заново', en: 'Bind again' },
  placements: { ru: 'Подключить заново', en: 'Bind again' },
  offline: { ru: 'Подключить заново', en: 'Bind again' },
  schema: { ru: 'Прочитать поля', en: 'Read the fields' },
  duplicates: { ru: 'Проверить ещё раз', en: 'Look again' },
};

export const doctorWords = {
  broken: { ru: 'Не работает', en: 'Broken' },
  warning: { ru: 'Внимание', en: 'Warning' },
  unknown: { ru: 'Не проверено', en: 'Not checked' },
  ok: { ru: 'В порядке', en: 'OK' },
  about: {
    ru: 'Проверка подключения к порталу: что увидели и что делать',
    en: 'A check of the connection to the portal: what was seen, and what to do',
  },
  checking: { ru: 'Проверяем: это до 15 секунд', en: 'Checking: it takes up to 15 seconds' },
  allFine: { ru: 'Всё в порядке', en: 'Everything is fine' },
  wrong: {
    ru: '{count} {count:пункт требует|пункта требуют|пунктов требуют} внимания',
    en: '{count} {count:point needs|points need} attention',
  },
  unlooked: {
    ru: '{count} {count:пункт не проверен|пункта не проверены|пунктов не проверены}',
    en: '{count} {count:point was|points were} not checked',
  },
  again: { ru: 'Проверить снова', en: 'Check again' },
  mended: { ru: 'Исправлено', en: 'Mended' },
  notMended: { ru: 'Сделано, но проблема осталась', en: 'Done, but the problem is still there' },
  at: { ru: 'Проверено {time}', en: 'Checked at {time}' },
} as const satisfies Record<string, Phrase>;
