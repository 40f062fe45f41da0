import type { Phrase } from '../i18n/phrase.ts';

export const shellWords = {
  title: { ru: 'Axenta CRM и Битрикс24', en: 'Axenta CRM and Bitrix24' },
  sections: { ru: 'Разделы', en: 'Sections' },
  overview: { ru: 'Обзор', en: 'Overview' },
  records: { ru: 'Записи', en: 'Records' },
  conflicts: { ru: 'Конфликты', en: 'Conflicts' },
  errors: { ru: 'Ошибки', en: 'Errors' },
  activity: { ru: 'Журнал', en: 'Activity' },
  runs: { ru: 'Запуск', en: 'Run' },
  doctor: { ru: 'Диагностика', en: 'Doctor' },
  settings: { ru: 'Настройки', en: 'Settings' },
  setup: { ru: 'Подключение', en: 'Set-up' },
  preview: { ru: 'Предпросмотр', en: 'Preview' },
  toSetup: { ru: 'Подключить портал', en: 'Connect the portal' },
  openCount: { ru: 'открыто: {count}', en: '{count} open' },
  notConnected: { ru: 'Портал ещё не подключён', en: 'No portal is connected yet' },
  notConnectedText: {
    ru: 'Подключите его вебхуком или своим приложением: это несколько минут',
    en: 'Connect it by a webhook or by an application of your own: it takes a few minutes',
  },
  suspended: { ru: 'Синхронизация остановлена', en: 'The synchronisation is stopped' },
  paused: { ru: 'Портал временно не отвечает', en: 'The portal does not answer for now' },
  outageText: {
    ru: 'Изменения копятся в очереди и не потеряются',
    en: 'Changes wait in the queue and are not lost',
  },
  partFault: { ru: 'Часть данных не синхронизируется', en: 'A part of the data is not synchronised' },
  searchFault: { ru: 'Проверка портала не удаётся', en: 'A check of the portal fails' },
  late: { ru: 'Синхронизация отстаёт', en: 'The synchronisation is late' },
  waiting: { ru: '{count} {count:запись|записи|записей}', en: '{count} {count:record|records}' },
  since: { ru: 'Началось {time}', en: 'Since {time}' },
  nextTry: { ru: 'Следующая попытка {time}', en: 'Next attempt: {time}' },
  noNextTry: {
    ru: 'Продолжится, когда причина будет устранена',
    en: 'It goes on once the cause is fixed',
  },
  toSettings: { ru: 'Открыть настройки', en: 'Open the settings' },
  tellAdministrator: {
    ru: 'Сообщите администратору портала',
    en: "Tell the portal's administrator",
  },
  inTheApp: {
    ru: 'Откройте приложение в левом меню портала, чтобы это исправить',
    en: "Open the application from the portal's left menu to fix it",
  },
} as const satisfies Record<string, Phrase>;
