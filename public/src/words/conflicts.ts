import type { Phrase } from '../i18n/phrase.ts';

export const conflictWords = {
  lead: {
    ru: 'Одно поле на двух сторонах разное. Если одно значение победило по правилу, другое сохранено здесь — его можно вернуть',
    en: 'One field differs on the two sides. Where one value won by the rule, the other is kept here and can be put back',
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
  fill_only: {
    ru: 'записи связаны впервые, при этом ничего не перезаписывается',
    en: 'the records were linked for the first time, and that overwrites nothing',
  },
  stays: { ru: 'Осталось здесь', en: 'Stays here' },
  takeCrm: { ru: 'Взять значение CRM', en: "Take the CRM's value" },
  takeRemote: { ru: 'Взять значение Битрикс24', en: "Take Bitrix24's value" },
  keep: { ru: 'Оставить как есть', en: 'Keep it as it is' },
  putBackCrm: { ru: 'Вернуть значение CRM', en: "Put the CRM's value back" },
  putBackRemote: { ru: 'Вернуть значение Битрикс24', en: "Put Bitrix24's value back" },
  chosen: { ru: 'Значение отправлено на другую сторону', en: 'The value is sent to the other side' },
  kept: { ru: 'Оставлено как есть', en: 'Kept as it is' },
  putBack: { ru: 'Значение возвращено и отправлено на обе стороны', en: 'The value is put back on both sides' },
  resolvedAt: { ru: 'Решён {time}', en: 'Resolved at {time}' },
} as const satisfies Record<string, Phrase>;
