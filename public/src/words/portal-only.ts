import type { Phrase } from '../i18n/phrase.ts';

/** Texts of the list of records that are in Bitrix24 alone. */
export const portalOnlyWords = {
  title: { ru: 'Записи только в Битрикс24', en: 'Records only in Bitrix24' },
  search: { ru: 'Название, имя, телефон, e-mail, номер', en: 'Title, name, phone, e-mail, number' },
  deals: { ru: 'Сделки', en: 'Deals' },
  contacts: { ru: 'Контакты', en: 'Contacts' },
  companies: { ru: 'Компании', en: 'Companies' },
  looking: { ru: 'Ищем в Битрикс24…', en: 'Looking in Bitrix24…' },
  lookingOn: {
    ru: 'Ищем в Битрикс24… просмотрено {count}',
    en: 'Looking in Bitrix24… {count} checked so far',
  },
  shownMore: { ru: 'Показано {count}, дальше могут быть ещё', en: '{count} shown, there may be more' },
  shownAll: { ru: 'Показано {count}, это все', en: '{count} shown, no more' },
  none: { ru: 'Ничего не найдено', en: 'None found' },
  noneYet: { ru: 'Просмотрено {count}, пока ничего не найдено', en: '{count} checked, nothing found yet' },
  more: { ru: 'Показать ещё', en: 'Show more' },
  lookOn: { ru: 'Искать дальше', en: 'Keep looking' },
  number: { ru: 'Номер', en: 'Number' },
  created: { ru: 'Дата создания', en: 'Created' },
  changed: { ru: 'Дата изменения', en: 'Changed' },
  noName: { ru: 'Без названия', en: 'No name' },
  queued: { ru: 'В очереди на создание в CRM', en: 'Queued to be created in the CRM' },
  create: { ru: 'Создать в CRM', en: 'Create in the CRM' },
  link: { ru: 'Связать с записью CRM', en: 'Link with a CRM record' },
  didCreate: { ru: 'Запись CRM создана', en: 'CRM record created' },
  didQueue: { ru: 'В очереди: запись CRM скоро появится', en: 'Queued: the CRM record appears soon' },
  didLink: { ru: 'Записи связаны', en: 'The records are linked' },
  tooMany: { ru: 'Выберите не больше 100 записей', en: 'Select 100 records at most' },
  emptyTitle: { ru: 'Здесь пусто', en: 'Nothing here' },
  emptyText: {
    ru: 'У всех записей Битрикс24 этого вида, которые участвуют в синхронизации, есть запись CRM',
    en: 'All Bitrix24 records of this kind that take part in the synchronisation have a CRM record',
  },
} as const satisfies Record<string, Phrase>;
