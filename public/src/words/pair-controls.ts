import type { Phrase } from '../i18n/phrase.ts';

/** What an administrator does with one pair. */
export const pairControlWords = {
  paused: { ru: 'На паузе', en: 'Paused' },
  pause: { ru: 'Поставить на паузу', en: 'Pause' },
  resume: { ru: 'Продолжить', en: 'Resume' },
  rests: {
    ru: 'Запись на паузе: изменения обеих сторон запоминаются и передаются, когда пауза закончится',
    en: 'The record is paused: changes on both sides are noted, and passed on when the pause ends',
  },
  goesOn: { ru: 'Пауза закончена: изменения передаются', en: 'The pause is over: changes are passed on' },
  unlink: { ru: 'Удалить связь', en: 'Unlink' },
  unlinkAsk: { ru: 'Удалить связь этих записей?', en: 'Unlink these records?' },
  unlinkText: {
    ru: 'Обе записи останутся как есть и больше не будут влиять друг на друга. Связать их снова можно на вкладке Axenta в карточке Битрикс24.',
    en: 'Both records stay as they are and no longer affect each other. They can be linked again on the Axenta tab of the Bitrix24 card.',
  },
  unlinkSure: { ru: 'Удалить связь', en: 'Unlink' },
} as const satisfies Record<string, Phrase>;
