import type { Text } from '../lib/errors.ts';
import type { SchemaChange } from '../sync/schema/compare.ts';

/** What happened to a field or a list, as a sentence without its full stop. `shown` names it for people. Pure. */
export function changeText({ kind, before, after }: SchemaChange, shown: string): Text {
  switch (kind) {
    case 'removed':
      return { ru: `«${shown}» удалено в портале`, en: `"${shown}" was deleted in the portal` };
    case 'retyped':
      return {
        ru: `У «${shown}» другой тип: был ${before}, стал ${after}`,
        en: `"${shown}" has another type: it was ${before} and is ${after} now`,
      };
    case 'required':
      return { ru: `«${shown}» теперь обязательно`, en: `"${shown}" is required now` };
    case 'renamed':
      return {
        ru: `«${before}» теперь называется «${after}»`,
        en: `"${before}" is called "${after}" now`,
      };
    case 'option_removed':
      return {
        ru: `В «${shown}» больше нет значения «${before}»`,
        en: `"${shown}" does not offer the value "${before}" any more`,
      };
  }
}

const nothingToDo: Text = {
  ru: 'Ничего делать не нужно: синхронизация это поле не использует',
  en: 'Nothing to do: the synchronisation does not use this field',
};

const steps: Record<SchemaChange['kind'], Text> = {
  removed: {
    ru: 'Пара полей ждёт, значения в CRM сохранены. Создайте поле в портале заново с тем же кодом или уберите пару в настройках',
    en: 'The pair of fields waits, the values in the CRM are kept. Make the field in the portal again with the same code, or remove the pair in the settings',
  },
  retyped: {
    ru: 'Проверьте, что тип подходит к полю CRM, и сохраните настройки ещё раз: неподходящая пара будет названа',
    en: 'Check that the type fits the field of the CRM and save the settings again: a pair that does not fit is named',
  },
  required: {
    ru: 'Заполните поле в CRM: записи без него портал не примет. Если CRM его не хранит, снимите обязательность в портале',
    en: 'Fill the field in the CRM: the portal takes no record without it. If the CRM does not hold it, make it optional in the portal',
  },
  renamed: {
    ru: 'Ничего делать не нужно: поле узнаётся по коду',
    en: 'Nothing to do: the field is known by its code',
  },
  option_removed: {
    ru: 'Записи с этим значением портал не примет: выберите в CRM другое или верните значение в портале',
    en: 'The portal takes no record with this value: choose another in the CRM, or put the value back in the portal',
  },
};

/** What a person has to do about a change, if anything. A field that becomes required concerns every record that is created. Pure. */
export function changeAdvice({ kind }: SchemaChange, isUsed: boolean): Text {
  return isUsed || kind === 'required' ? steps[kind] : nothingToDo;
}
