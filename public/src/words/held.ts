import type { Phrase } from '../i18n/phrase.ts';

export const heldWords = {
  title: { ru: 'Удаления ждут решения', en: 'Deletions wait for a decision' },
  lead: {
    ru: 'За час пропало больше записей, чем обычно, поэтому вторая сторона ещё не тронута. Подтвердите удаления или отмените их',
    en: 'More records than usual went within an hour, so the other side is not touched yet. Confirm the deletions or take them back',
  },
  delete_local: {
    ru: 'Удалена в Битрикс24. Подтвердить — удалить в CRM',
    en: 'Deleted in Bitrix24. To confirm deletes it in the CRM',
  },
  delete_remote: {
    ru: 'Удалена в CRM. Подтвердить — удалить в Битрикс24',
    en: 'Deleted in the CRM. To confirm deletes it in Bitrix24',
  },
  close_remote: {
    ru: 'Удалена в CRM. Подтвердить — закрыть сделку',
    en: 'Deleted in the CRM. To confirm closes the deal',
  },
  create_remote: {
    ru: 'Удалена в Битрикс24. Подтвердить — создать там заново',
    en: 'Deleted in Bitrix24. Confirming creates it there again',
  },
  confirm: { ru: 'Подтвердить', en: 'Confirm' },
  restore: { ru: 'Вернуть', en: 'Take back' },
  confirmOf: { ru: 'Подтвердить: {name}', en: 'Confirm: {name}' },
  restoreOf: { ru: 'Вернуть: {name}', en: 'Take back: {name}' },
  confirmAll: { ru: 'Подтвердить все: {count}', en: 'Confirm all {count}' },
  restoreAll: { ru: 'Вернуть все: {count}', en: 'Take all {count} back' },
  confirmed: { ru: 'Удаление подтверждено', en: 'The deletion is confirmed' },
  restored: { ru: 'Удаление отменено', en: 'The deletion is taken back' },
  allConfirmed: { ru: 'Подтверждено удалений: {count}', en: '{count} {count:deletion|deletions} confirmed' },
  allRestored: { ru: 'Отменено удалений: {count}', en: '{count} {count:deletion|deletions} taken back' },
  notRestored: { ru: 'Не удалось вернуть: {count}. {error}', en: '{count} could not be taken back. {error}' },
} as const satisfies Record<string, Phrase>;
