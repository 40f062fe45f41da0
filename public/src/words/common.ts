import type { Phrase } from '../i18n/phrase.ts';

/** Texts that several pages share. */
export const commonWords = {
  offline: {
    ru: 'Нет связи с сервером. Проверьте интернет: страница обновится сама, когда связь вернётся',
    en: 'The server cannot be reached. Check your connection: the page refreshes by itself once it is back',
  },
  serverFailed: {
    ru: 'Сервер ответил ошибкой ({status}). Повторите через минуту',
    en: 'The server answered with an error ({status}). Try again in a minute',
  },
  viewFailed: { ru: 'Раздел не загрузился', en: 'This section did not load' },
  viewFailedText: {
    ru: 'Проверьте интернет и повторите. Если приложение обновилось, обновите страницу',
    en: 'Check your connection and try again. If the application was updated, reload the page',
  },
  reloadPage: { ru: 'Обновить страницу', en: 'Reload the page' },
  again: { ru: 'Повторить', en: 'Try again' },
  loading: { ru: 'Загрузка…', en: 'Loading…' },
  cancel: { ru: 'Отменить', en: 'Cancel' },
  search: { ru: 'Найти', en: 'Search' },
  save: { ru: 'Сохранить', en: 'Save' },
  back: { ru: 'Назад', en: 'Back' },
  close: { ru: 'Закрыть', en: 'Close' },
  pages: { ru: 'Страницы списка', en: 'Pages of the list' },
  pageOf: { ru: 'Страница {page} из {pages}', en: 'Page {page} of {pages}' },
  firstPage: { ru: 'В начало', en: 'First' },
  previousPage: { ru: 'Назад', en: 'Previous' },
  nextPage: { ru: 'Вперёд', en: 'Next' },
  lastPage: { ru: 'В конец', en: 'Last' },
  adminOnly: {
    ru: 'Изменять может только администратор',
    en: 'Only an administrator may change this',
  },
  requestId: { ru: 'Номер запроса для поддержки: {id}', en: 'Request number for support: {id}' },
} as const satisfies Record<string, Phrase>;
