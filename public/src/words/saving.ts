import type { Phrase } from '../i18n/phrase.ts';

/** Saving a part of the settings. */
export const savingWords = {
  save: { ru: 'Сохранить', en: 'Save' },
  saved: { ru: 'Сохранено', en: 'Saved' },
  forget: { ru: 'Отменить изменения', en: 'Discard changes' },
  unsaved: { ru: 'Есть несохранённые изменения', en: 'There are unsaved changes' },
  sureTitle: { ru: 'Сохранить такие правила?', en: 'Save these rules?' },
  sure: { ru: 'Да, сохранить', en: 'Yes, save' },
  leaveTitle: { ru: 'Изменения не сохранены', en: 'Your changes are not saved' },
  leaveText: {
    ru: 'Если уйти со вкладки сейчас, они пропадут',
    en: 'They are lost if you leave this tab now',
  },
  saveAndLeave: { ru: 'Сохранить и перейти', en: 'Save and go' },
  leave: { ru: 'Уйти без сохранения', en: 'Go without saving' },
  stay: { ru: 'Остаться', en: 'Stay' },
  staleTitle: { ru: 'Настройки изменили, пока вы правили', en: 'The settings were changed while you were editing' },
  staleBy: { ru: 'Сохранено: {author}, {time}', en: 'Saved by {author}, {time}' },
  otherProgram: { ru: 'другая программа', en: 'another program' },
  staleBoth: {
    ru: 'Это изменили и вы. Выберите, что останется',
    en: 'You changed this, too. Choose what stands',
  },
  staleTheirs: { ru: 'Эти изменения останутся как есть', en: 'These changes stay as they are' },
  staleMine: { ru: 'Ваши изменения, которые ещё не сохранены', en: 'Your changes, not saved yet' },
  theirs: { ru: 'Сохранено: {value}', en: 'Saved: {value}' },
  mine: { ru: 'Ваше: {value}', en: 'Yours: {value}' },
  wasNow: { ru: '{name}: было «{before}», стало «{after}»', en: '{name}: "{before}" before, "{after}" now' },
  nothing: { ru: 'ничего', en: 'nothing' },
  byDefault: { ru: 'по умолчанию', en: 'the default' },
  on: { ru: 'включено', en: 'on' },
  off: { ru: 'выключено', en: 'off' },
} as const satisfies Record<string, Phrase>;
