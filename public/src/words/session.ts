import type { Phrase } from '../i18n/phrase.ts';

/** Texts of everything that happens before a page may show data. */
export const sessionWords = {
  opening: { ru: 'Открываем приложение…', en: 'Opening the application…' },
  failedTitle: { ru: 'Не удалось открыть приложение', en: 'The application cannot be opened' },
  silentPortal: {
    ru: 'Портал не отвечает приложению. Обновите страницу; если не поможет — откройте приложение заново',
    en: 'The portal does not answer. Reload the page; if that does not help, open the application again',
  },
  reload: { ru: 'Обновить страницу', en: 'Reload the page' },
  outsideTitle: { ru: 'Эта страница открывается в Битрикс24', en: 'This page opens inside Bitrix24' },
  outside: {
    ru: 'Откройте приложение в левом меню портала или вкладку в карточке сделки, контакта или компании',
    en: "Open the application from the portal's left menu, or its tab in a deal, contact or company",
  },
  pasteTitle: { ru: 'Axenta CRM и Битрикс24', en: 'Axenta CRM and Bitrix24' },
  pasteText: {
    ru: 'Вставьте токен доступа (JWT) своей компании. Он останется только в памяти этой вкладки',
    en: "Paste your company's access token (JWT). It stays in the memory of this tab alone",
  },
  pasteLabel: { ru: 'Токен доступа', en: 'Access token' },
  pasteWrong: {
    ru: 'Это не похоже на токен: нужна строка из трёх частей через точку, с ролью внутри',
    en: 'This does not look like a token: three parts with dots between, a role inside',
  },
  open: { ru: 'Открыть', en: 'Open' },
  expiredTitle: { ru: 'Сессия закончилась', en: 'The session has ended' },
  expired: {
    ru: 'Срок действия токена истёк. Вставьте новый, чтобы продолжить',
    en: 'The token has expired. Paste a new one to go on',
  },
} as const satisfies Record<string, Phrase>;
