import { AppError, type Text } from '../lib/errors.ts';
import type { Outside } from '../sync/plan/scope.ts';

const fields: Record<string, Text> = {
  types: { ru: 'тип', en: 'type' },
  statuses: { ru: 'статус', en: 'status' },
  contract_ids: { ru: 'договор', en: 'contract' },
  clients: { ru: 'клиент договора', en: "contract's client" },
  updated_since: { ru: 'время изменения', en: 'time of change' },
  roles: { ru: 'роль', en: 'role' },
  is_active: { ru: 'активен ли пользователь', en: 'whether the user is active' },
  start_date: { ru: 'начало договора', en: "contract's first day" },
  end_date: { ru: 'конец договора', en: "contract's last day" },
  categories: { ru: 'воронка', en: 'funnel' },
  stages: { ru: 'стадия', en: 'stage' },
  responsible: { ru: 'ответственный', en: 'responsible person' },
  sources: { ru: 'источник', en: 'source' },
};

const sides = {
  crm: { ru: 'запись CRM не подходит под правило', en: 'the CRM record does not fit the rule' },
  bitrix24: { ru: 'карточка Битрикс24 не подходит под правило', en: 'the Bitrix24 card does not fit the rule' },
};

/** Why a pair does not take part, as a sentence without its full stop. Pure. */
export function outsideText({ side, field }: Outside): Text {
  const name = fields[field] ?? { ru: field, en: field };
  return {
    ru: `Не участвует в синхронизации: ${sides[side].ru} «${name.ru}»`,
    en: `Does not take part: ${sides[side].en} "${name.en}"`,
  };
}

/** What is outside of the scope is neither linked nor made. */
export function outsideOfScope(outside: Outside): AppError {
  const { ru, en } = outsideText(outside);
  return new AppError({
    code: 'outside_scope',
    status: 409,
    text: {
      ru: `${ru}. Измените запись или правило отбора в настройках интеграции`,
      en: `${en}. Change the record, or the scope in the integration settings`,
    },
  });
}
