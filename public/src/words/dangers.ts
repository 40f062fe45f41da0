import type { Phrase } from '../i18n/phrase.ts';

/** What is said before a rule is saved that lets records be deleted: by rule, choice and kind. */
export const dangerWords: Record<string, Phrase> = {
  'on_local_delete.delete.object': {
    ru: 'Удаление объекта в CRM удалит его сделку в Битрикс24. Связанных сделок сейчас: {count}',
    en: 'Deleting an object in the CRM will delete its deal in Bitrix24. Linked deals now: {count}',
  },
  'on_local_delete.delete.user': {
    ru: 'Удаление пользователя в CRM удалит его контакт в Битрикс24. Связанных контактов сейчас: {count}',
    en: 'Deleting a user in the CRM will delete the contact in Bitrix24. Linked contacts now: {count}',
  },
  'on_local_delete.delete.contract': {
    ru: 'Удаление последнего договора клиента в CRM удалит его компанию в Битрикс24. Связанных договоров сейчас: {count}',
    en: "Deleting a client's last contract in the CRM will delete the company in Bitrix24. Linked contracts now: {count}",
  },
  'on_local_delete.close.object': {
    ru: 'Удаление объекта в CRM закроет его сделку в Битрикс24. Связанных сделок сейчас: {count}',
    en: 'Deleting an object in the CRM will close its deal in Bitrix24. Linked deals now: {count}',
  },
  'on_bitrix24_delete.delete.object': {
    ru: 'Удаление сделки в Битрикс24 удалит объект в CRM. Связанных объектов сейчас: {count}',
    en: 'Deleting a deal in Bitrix24 will delete the object in the CRM. Linked objects now: {count}',
  },
  'on_bitrix24_delete.delete.user': {
    ru: 'Удаление контакта в Битрикс24 удалит пользователя в CRM. Связанных пользователей сейчас: {count}',
    en: 'Deleting a contact in Bitrix24 will delete the user in the CRM. Linked users now: {count}',
  },
  'on_bitrix24_delete.delete.contract': {
    ru: 'Удаление компании в Битрикс24 удалит договоры клиента в CRM. Связанных договоров сейчас: {count}',
    en: "Deleting a company in Bitrix24 will delete the client's contracts in the CRM. Linked contracts now: {count}",
  },
};
