import type { Phrase } from '../i18n/phrase.ts';

/** Who of the people in the portal sees what in our pages. */
export const accessWords = {
  title: { ru: 'Доступ сотрудников', en: 'Access of employees' },
  about: {
    ru: 'Карточка открывается только тем, кому эту запись показывает сам Битрикс24. Остальное решаете вы. Изменение действует сразу',
    en: 'A card opens only to those to whom Bitrix24 itself shows the record. The rest is your decision. A change counts at once',
  },
  employee: { ru: 'Сотрудники видят', en: 'Employees see' },
  edits: {
    ru: 'Сотрудники могут менять записи CRM, которые видят',
    en: 'Employees may change the CRM records that they see',
  },
  editsAbout: {
    ru: 'Связывать карточки, создавать и править записи. «Синхронизировать сейчас» доступно и без этого',
    en: 'Link cards, make and change records. "Synchronise now" is there without it, too',
  },
  administrator: { ru: 'Администраторы портала видят', en: "The portal's administrators see" },
  administratorsAll: {
    ru: 'Администраторам портала открыто всё',
    en: "Everything is open to the portal's administrators",
  },
  guests: {
    ru: 'Гостям портала (экстранет) и сотрудникам без доступа к CRM приложение ничего не показывает',
    en: 'To guests of the portal (extranet) and to employees without access to the CRM, the application shows nothing',
  },
  cardsOnly: { ru: 'Вам открыты карточки', en: 'Cards are open to you' },
  cardsOnlyText: {
    ru: 'Откройте сделку, контакт или компанию и перейдите на вкладку Axenta. Списки записей, конфликты и ошибки открывает администратор портала: Axenta / Настройки / Доступ сотрудников',
    en: "Open a deal, contact or company and choose the Axenta tab. Lists of records, conflicts and errors are opened by the portal's administrator: Axenta, Settings, Access of employees",
  },
} as const satisfies Record<string, Phrase>;
