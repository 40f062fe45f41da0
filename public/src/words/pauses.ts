import type { Phrase } from '../i18n/phrase.ts';

/** Pausing the synchronisation, all of it or a kind. */
export const pauseWords = {
  title: { ru: 'Пауза', en: 'Pause' },
  lead: {
    ru: 'На паузе ничего не меняется ни на одной стороне. Изменения запоминаются и передаются, когда пауза закончится',
    en: 'During a pause nothing is changed on either side. Changes are noted and passed on when it ends',
  },
  all: { ru: 'Вся синхронизация', en: 'The whole sync' },
  going: { ru: 'Работает', en: 'Running' },
  withAll: { ru: 'На паузе вместе со всей синхронизацией', en: 'Paused with the whole sync' },
  paused: { ru: 'На паузе с {time}, поставил(а): {who}', en: 'Paused since {time} by {who}' },
  pause: { ru: 'Поставить на паузу', en: 'Pause' },
  resume: { ru: 'Продолжить', en: 'Resume' },
  pauseOf: { ru: 'Поставить на паузу: {what}', en: 'Pause: {what}' },
  resumeOf: { ru: 'Продолжить: {what}', en: 'Resume: {what}' },
  records: { ru: 'Отдельных записей на паузе: {count}', en: 'Single records paused: {count}' },
  begun: { ru: 'Синхронизация приостановлена', en: 'The sync is paused' },
  ended: { ru: 'Синхронизация продолжается', en: 'The sync goes on' },
} as const satisfies Record<string, Phrase>;
