import type { RecordLink, RecordState } from '../api/records.ts';
import type { Phrase } from '../i18n/phrase.ts';

/** What a record is in, as a badge says it. */
export const stateWords: Record<RecordState, Phrase> = {
  in_step: { ru: 'Совпадает', en: 'Up to date' },
  failing: { ru: 'С ошибкой', en: 'Failing' },
  conflict: { ru: 'Конфликт', en: 'Conflict' },
  waiting: { ru: 'Ждёт', en: 'Waiting' },
  paused: { ru: 'На паузе', en: 'Paused' },
  excluded: { ru: 'Не участвует', en: 'Excluded' },
  orphaned: { ru: 'Удалена в Битрикс24', en: 'Deleted in Bitrix24' },
  not_linked: { ru: 'Не связана', en: 'Not linked' },
};

/** How many records are in each state, as a part of a sentence. */
export const stateCounts: Record<RecordState, Phrase> = {
  in_step: { ru: '{count} {count:совпадает|совпадают|совпадают}', en: '{count} up to date' },
  failing: { ru: '{count} с {count:ошибкой|ошибками|ошибками}', en: '{count} failing' },
  conflict: { ru: '{count} с {count:конфликтом|конфликтами|конфликтами}', en: '{count} in conflict' },
  waiting: { ru: '{count} {count:ждёт|ждут|ждут}', en: '{count} waiting' },
  paused: { ru: '{count} на паузе', en: '{count} paused' },
  excluded: { ru: '{count} не {count:участвует|участвуют|участвуют}', en: '{count} excluded' },
  orphaned: { ru: '{count} {count:удалена|удалены|удалено} в Битрикс24', en: '{count} deleted in Bitrix24' },
  not_linked: { ru: '{count} не {count:связана|связаны|связано}', en: '{count} not linked' },
};

/** Heads of columns of counts. */
export const stateHeads: Record<RecordState, Phrase> = {
  in_step: { ru: 'Совпадают', en: 'Up to date' },
  failing: { ru: 'С ошибками', en: 'Failing' },
  conflict: { ru: 'С конфликтами', en: 'In conflict' },
  waiting: { ru: 'Ждут', en: 'Waiting' },
  paused: { ru: 'На паузе', en: 'Paused' },
  excluded: { ru: 'Не участвуют', en: 'Excluded' },
  orphaned: { ru: 'Удалены в Битрикс24', en: 'Deleted in Bitrix24' },
  not_linked: { ru: 'Не связаны', en: 'Not linked' },
};

/** Where records are. */
export const linkWords: Record<RecordLink, Phrase> = {
  linked: { ru: 'Связаны', en: 'Linked' },
  crm_only: { ru: 'Только в CRM', en: 'Only in the CRM' },
  bitrix24_only: { ru: 'Только в Битрикс24', en: 'Only in Bitrix24' },
};
