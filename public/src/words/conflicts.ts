import type { Phrase } from '../i18n/phrase.ts';

export const conflictWords = {
  lead: {
    ru: 'Обе стороны изменили одно поле по-разному. Одно значение победило по правилу, другое сохранено здесь — его можно вернуть',
    en: 'Both sides changed one field differently. One value won by the rule, the other is kept here and can be put back',
  },
  show: { ru: 'Показать', en: 'Show' },
  open: { ru: 'Открытые', en: 'Open' },
  resolved: { ru: 'Решённые', en: 'Resolved' },
  emptyTitle: { ru: 'Конфликтов нет', en: 'No conflicts' },
  emptyText: {
    ru: 'Здесь появятся поля, которые одновременно изменили в CRM и в Битрикс24',
    en: 'Fields that were changed in the CRM and in Bitrix24 at once appear here',
  },
  won: { ru: 'Действует', en: 'Stands' },
  lost: { ru: 'Отклонено', en: 'Lost' },
  why: { ru: 'Почему', en: 'Why' },
  latest: { ru: 'это изменение было позже', en: 'this change came later' },
  crm: { ru: 'по правилу побеждает CRM', en: 'the CRM wins by the rule' },
  bitrix24: { ru: 'по правилу побеждает Битрикс24', en: 'Bitrix24 wins by the rule' },
  keep: { ru: 'Оставить как есть', en: 'Keep it as it is' },
  putBackCrm: { ru: 'Вернуть значение CRM', en: "Put the CRM's value back" },
  putBackRemote: { ru: 'Вернуть значение Битрикс24', en: "Put Bitrix24's value back" },
  kept: { ru: 'Оставлено как есть', en: 'Kept as it is' },
  putBack: { ru: 'Значение возвращено и отправлено на обе стороны', en: 'The value is put back on both sides' },
  resolvedAt: { ru: 'Решён {time}', en: 'Resolved at {time}' },
} as const satisfies Record<string, Phrase>;
