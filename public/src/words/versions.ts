import type { Phrase } from '../i18n/phrase.ts';

/** Saved versions of the settings, and the document that carries them elsewhere. */
export const versionWords = {
  lead: {
    ru: 'Каждое сохранение настроек остаётся версией. К любой можно вернуться',
    en: 'Every save of the settings stays as a version. You can return to any of them',
  },
  number: { ru: 'Версия {number}', en: 'Version {number}' },
  first: { ru: 'Настройки до первого сохранения', en: 'The settings before the first save' },
  present: { ru: 'Действует', en: 'In effect' },
  otherProgram: { ru: 'Другая программа', en: 'Another program' },
  nothingChanged: { ru: 'Сохранено без изменений', en: 'Saved without changes' },
  more: { ru: 'Ещё изменений: {count}', en: 'Changes more: {count}' },
  restored: { ru: 'Возвращена версия {number}', en: 'Version {number} restored' },
  look: { ru: 'Вернуть', en: 'Restore' },
  lookOf: { ru: 'Вернуть версию {number}', en: 'Restore version {number}' },
  restoreTitle: { ru: 'Вернуть версию {number}?', en: 'Restore version {number}?' },
  importTitle: { ru: 'Загрузить настройки из файла?', en: 'Load the settings from the file?' },
  changes: { ru: 'Изменится:', en: 'This changes:' },
  same: {
    ru: 'Сейчас действуют те же настройки. Ничего не изменится',
    en: 'The same settings are in effect. Nothing changes',
  },
  restore: { ru: 'Вернуть эту версию', en: 'Restore this version' },
  import: { ru: 'Загрузить эти настройки', en: 'Load these settings' },
  done: { ru: 'Настройки действуют', en: 'The settings are in effect' },
  file: { ru: 'Файл настроек', en: 'Settings file' },
  fileLead: {
    ru: 'Файл переносит настройки в другую компанию или на другой сервер. Секретов в нём нет',
    en: 'The file takes the settings to another company or server. It holds no secrets',
  },
  export: { ru: 'Скачать файл', en: 'Download the file' },
  choose: { ru: 'Загрузить из файла', en: 'Load from a file' },
  notJson: {
    ru: 'Это не файл настроек Axenta. Нужен файл .json, скачанный на этой вкладке',
    en: 'This is no Axenta settings file. Choose a .json file that was downloaded from this tab',
  },
} as const satisfies Record<string, Phrase>;
