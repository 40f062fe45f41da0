import type { Phrase } from '../i18n/phrase.ts';

/** Which records take part. */
export const scopeWords = {
  kinds: { ru: 'Виды записей', en: 'Kinds of records' },
  which: { ru: 'Какие записи участвуют', en: 'Which records take part' },
  lead: {
    ru: 'Без условий участвуют все. Запись участвует, когда подходит ко всем условиям своей стороны',
    en: 'Without conditions all do. A record takes part when it meets every condition of its side',
  },
  inCrm: { ru: 'В Axenta CRM', en: 'In Axenta CRM' },
  inBitrix24: { ru: 'В Битрикс24', en: 'In Bitrix24' },
  any: { ru: 'Любые', en: 'Any' },
  anyFlag: { ru: 'Любые', en: 'Any' },
  activeOnly: { ru: 'Только активные', en: 'Active only' },
  inactiveOnly: { ru: 'Только неактивные', en: 'Inactive only' },
  from: { ru: 'с', en: 'from' },
  to: { ru: 'по', en: 'to' },
  counting: { ru: 'Считаем…', en: 'Counting…' },
  countCrm: { ru: 'В CRM подходит {inside} из {total}', en: '{inside} of {total} fit in the CRM' },
  countBitrix24: { ru: 'В Битрикс24 подходит {inside}', en: '{inside} fit in Bitrix24' },
  countLinked: { ru: 'Из связанных участвуют {inside} из {total}', en: '{inside} of {total} linked records take part' },
  countLeave: { ru: 'перестанут участвовать {count}', en: '{count} would leave' },
  countBack: { ru: 'вернутся {count}', en: '{count} would come back' },
  countUnknown: {
    ru: 'про {count} станет ясно после сохранения',
    en: '{count} will be known after saving',
  },
  dangerRest: {
    ru: '{kind}: перестанут участвовать связанные записи: {count}. Они останутся на обеих сторонах, но изменения между ними больше не передаются',
    en: '{kind}: linked records that will leave: {count}. They stay on both sides, but changes are no longer passed between them',
  },
  dangerUnlink: {
    ru: '{kind}: перестанут участвовать связанные записи: {count}. Их связь будет удалена, сами записи останутся на обеих сторонах',
    en: '{kind}: linked records that will leave: {count}. They are unlinked; the records themselves stay on both sides',
  },
  unread: {
    ru: 'Часть списков портала не прочитана: {problem}',
    en: "Some of the portal's lists could not be read: {problem}",
  },
} as const satisfies Record<string, Phrase>;
