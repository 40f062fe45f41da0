import type { Phrase } from '../i18n/phrase.ts';

export const runWords = {
  title: { ru: 'Синхронизация', en: 'Synchronisation' },
  progress: { ru: 'Обработано {done} из {total}', en: '{done} of {total} done' },
  counting: { ru: 'Ищем записи: найдено {total}', en: 'Looking for records: {total} found' },
  rate: { ru: '{rate} в секунду', en: '{rate} a second' },
  eta: { ru: 'осталось {time}', en: '{time} left' },
  etaUnknown: { ru: 'считаем оставшееся время', en: 'estimating the time left' },
  direction: { ru: 'Направление', en: 'Direction' },
  to_bitrix: { ru: 'Из Axenta CRM в Битрикс24', en: 'From Axenta CRM to Bitrix24' },
  from_bitrix: { ru: 'Из Битрикс24 в Axenta CRM', en: 'From Bitrix24 to Axenta CRM' },
  bidirectional: { ru: 'В обе стороны', en: 'Both ways' },
  whatToSync: { ru: 'Что синхронизировать', en: 'What to synchronise' },
  importNew: {
    ru: 'Создавать в CRM записи, которые есть только в Битрикс24',
    en: 'Create CRM records for what only Bitrix24 has',
  },
  start: { ru: 'Запустить синхронизацию', en: 'Start synchronising' },
  cancel: { ru: 'Отменить синхронизацию', en: 'Cancel the synchronisation' },
  running: { ru: 'Идёт синхронизация', en: 'Synchronising' },
  finished: { ru: 'Завершена', en: 'Finished' },
  cancelled: { ru: 'Отменена', en: 'Cancelled' },
  failedState: { ru: 'Прервана ошибкой', en: 'Stopped by an error' },
  summary: {
    ru: 'Создано {created}, обновлено {updated}, без изменений {unchanged}, с ошибками {failed}',
    en: 'Created {created}, updated {updated}, unchanged {unchanged}, failed {failed}',
  },
  last: { ru: 'Последний запуск: {time}', en: 'Last run: {time}' },
  dry: { ru: 'проверка без изменений', en: 'dry run' },
} as const satisfies Record<string, Phrase>;
