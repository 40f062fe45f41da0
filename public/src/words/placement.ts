import type { Phrase } from '../i18n/phrase.ts';

/** Where new records go in the portal. */
export const placementWords = {
  title: { ru: 'Куда попадают новые записи', en: 'Where new records go' },
  lead: {
    ru: 'Действует, когда запись создаётся в Битрикс24. Созданные записи не меняются',
    en: 'This counts when a record is created in Bitrix24. Records that exist are not changed',
  },
  object: { ru: 'Новые сделки', en: 'New deals' },
  user: { ru: 'Новые контакты', en: 'New contacts' },
  contract: { ru: 'Новые компании', en: 'New companies' },
  byPortal: { ru: 'Решает портал', en: 'The portal decides' },
  asAll: { ru: 'Как у всех', en: 'As for all' },
  allTypes: { ru: 'Все типы объектов', en: 'All types of objects' },
  forType: { ru: 'Тип «{type}»', en: 'Type "{type}"' },
  addType: { ru: 'Особое место для типа', en: 'A place of its own for a type' },
  chooseType: { ru: 'Выберите тип', en: 'Choose a type' },
  removeType: { ru: 'Убрать', en: 'Remove' },
  removeTypeOf: { ru: 'Убрать особое место для типа {type}', en: 'Remove the place of the type {type}' },
  typesLead: {
    ru: 'Что для типа не выбрано, берётся из «Все типы объектов»',
    en: 'What a type leaves out is taken from "All types of objects"',
  },
  silent: { ru: 'Роботы портала', en: "The portal's robots" },
  silentYes: { ru: 'Не запускать', en: 'Do not start them' },
  silentNo: { ru: 'Запускать', en: 'Start them' },
  silentHelp: {
    ru: 'Роботы могут писать клиентам о каждой новой записи',
    en: 'Robots may write to customers about each new record',
  },
} as const satisfies Record<string, Phrase>;
