import type { Phrase } from '../i18n/phrase.ts';

/** How records that both sides have already are recognised. */
export const matchingWords = {
  lead: {
    ru: 'Прежде чем создать запись в Битрикс24, мы ищем там такую же. Способы пробуются по порядку сверху вниз',
    en: 'Before a record is created in Bitrix24, we look for the same one there. The ways are tried in order, from the top',
  },
  several: {
    ru: 'Если подходит несколько записей или данные противоречат друг другу, решает человек',
    en: 'If several records fit, or data contradict each other, a person decides',
  },
  waiting: { ru: 'Ждут вашего решения: {count}', en: 'Waiting for your decision: {count}' },
  keys: { ru: 'Способы узнавания', en: 'Ways to recognise' },
  use: { ru: 'Использовать: {key}', en: 'Use: {key}' },
  found: { ru: 'Если найдена одна запись', en: 'If one record is found' },
  up: { ru: 'Выше: {key}', en: 'Move up: {key}' },
  down: { ru: 'Ниже: {key}', en: 'Move down: {key}' },
  objectField: { ru: 'Поле сделки', en: 'Deal field' },
  noField: { ru: 'Не выбрано', en: 'Not chosen' },
  objectColumn: { ru: 'Поле объекта', en: 'Object field' },
  objectLead: {
    ru: 'Сделки узнаются по одному полю, например по IMEI. Пока поле не выбрано, для каждого объекта создаётся новая сделка',
    en: 'Deals are recognised by one field, such as the IMEI. Until one is chosen, each object gets a new deal',
  },
  firstHelp: {
    ru: 'Что делать с полями, которые отличаются, когда запись связывается впервые',
    en: 'What to do with fields that differ when a record is linked for the first time',
  },
  country: { ru: 'Страна телефонов', en: 'Country of phone numbers' },
  countryHelp: {
    ru: 'Телефоны без кода страны понимаются и записываются как номера этой страны',
    en: 'Phone numbers without a country code are read and written as numbers of this country',
  },
  ofPortal: { ru: 'Страна портала', en: "The portal's country" },
} as const satisfies Record<string, Phrase>;

export const keyWords: Record<string, Phrase> = {
  email: { ru: 'E-mail', en: 'E-mail' },
  phone_and_name: { ru: 'Телефон и имя', en: 'Phone and name' },
  phone: { ru: 'Только телефон', en: 'Phone alone' },
  inn: { ru: 'ИНН и КПП', en: 'INN and KPP' },
  name_and_email: { ru: 'Название и e-mail', en: 'Name and e-mail' },
  name_and_phone: { ru: 'Название и телефон', en: 'Name and phone' },
  field: { ru: 'Поле сделки', en: 'Deal field' },
};

export const actionWords: Record<string, Phrase> = {
  link: { ru: 'Связать', en: 'Link it' },
  ask: { ru: 'Спросить человека', en: 'Ask a person' },
  create: { ru: 'Создать новую', en: 'Create a new one' },
};
