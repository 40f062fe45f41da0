import type { Phrase } from '../i18n/phrase.ts';

/** Texts of lists. */
export const gridWords = {
  name: { ru: 'Запись', en: 'Record' },
  found: { ru: 'Найдено: {count}', en: 'Found: {count}' },
  loadingRows: { ru: 'Загружаем список…', en: 'Loading the list…' },
  selectPage: { ru: 'Выбрать все на странице', en: 'Select all on this page' },
  selectRow: { ru: 'Выбрать: {name}', en: 'Select: {name}' },
  selected: { ru: 'Выбрано: {count}', en: '{count} selected' },
  selectAll: { ru: 'Выбрать все найденные ({count})', en: 'Select all {count} found' },
  clear: { ru: 'Снять выбор', en: 'Clear selection' },
  actions: { ru: 'Действия: {name}', en: 'Actions: {name}' },
  reset: { ru: 'Сбросить фильтр', en: 'Clear filters' },
  undo: { ru: 'Вернуть', en: 'Undo' },
  download: { ru: 'Скачать CSV', en: 'Download CSV' },
  refresh: { ru: 'Обновить список', en: 'Refresh list' },
  nothingFound: { ru: 'Ничего не найдено', en: 'Nothing found' },
  nothingFoundText: { ru: 'Измените поиск или фильтр', en: 'Try another search or filter' },
  closeDetails: { ru: 'Закрыть подробности', en: 'Close details' },
  sortBy: { ru: 'Сортировать: {name}', en: 'Sort by {name}' },
} as const satisfies Record<string, Phrase>;
