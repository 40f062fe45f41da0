import type { Phrase } from '../i18n/phrase.ts';

export const cardWords = {
  wrongPlace: { ru: 'Вкладка открыта вне карточки', en: 'The tab is open outside a card' },
  wrongPlaceText: {
    ru: 'Откройте сохранённую сделку, контакт или компанию и перейдите на эту вкладку',
    en: 'Open a saved deal, contact or company and choose this tab',
  },
  noObject: { ru: 'За этой сделкой нет объекта Axenta CRM', en: 'No Axenta CRM object stands behind this deal' },
  noUser: { ru: 'За этим контактом нет пользователя Axenta CRM', en: 'No Axenta CRM user stands behind this contact' },
  noContract: {
    ru: 'За этой компанией нет договора Axenta CRM',
    en: 'No Axenta CRM contract stands behind this company',
  },
  chooseText: {
    ru: 'Свяжите карточку с существующей записью или создайте новую — дальше обе стороны будут обновляться сами',
    en: 'Link the card with an existing record or create a new one: from then on both sides follow each other',
  },
  search: { ru: 'Найти запись CRM без пары', en: 'Find a CRM record without a pair' },
  noCandidates: { ru: 'Свободных записей не найдено', en: 'No free records found' },
  link: { ru: 'Связать', en: 'Link' },
  linkWith: { ru: 'Связать с {name}', en: 'Link with {name}' },
  linked: { ru: 'Карточка связана', en: 'The card is linked' },
  create: { ru: 'Создать запись в CRM', en: 'Create a CRM record' },
  created: { ru: 'Запись создана', en: 'The record is created' },
  lookOnly: {
    ru: 'Связать карточку или создать запись может тот, кому администратор разрешил менять записи CRM: Axenta / Настройки / Доступ сотрудников',
    en: 'Those whom an administrator lets change CRM records may link the card or create a record: Axenta, Settings, Access of employees',
  },
  waiting: { ru: 'Ждёт синхронизации', en: 'Waits for synchronisation' },
  inStep: { ru: 'Данные совпадают', en: 'In step' },
  failed: { ru: 'Ошибка синхронизации', en: 'The synchronisation failed' },
  differs: { ru: 'Есть отличия', en: 'There are differences' },
  differences: { ru: 'Отличия', en: 'Differences' },
  since: { ru: 'с {date}', en: 'since {date}' },
  until: { ru: 'до {date}', en: 'until {date}' },
  lastChanges: { ru: 'Последние изменения', en: 'Last changes' },
  lastSync: { ru: 'Синхронизировано {time}', en: 'Synchronised at {time}' },
} as const satisfies Record<string, Phrase>;
