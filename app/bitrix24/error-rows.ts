import type { Text } from '../lib/errors.ts';
import type { ErrorKind } from './errors.ts';

export interface TableRow {
  kind: ErrorKind;
  retryable: boolean;
  text: Text;
  advice: Text;
}

export const again: Text = { ru: 'Повторится само', en: 'It is tried again by itself' };
const checkRecord: Text = {
  ru: 'Исправьте данные записи и повторите ошибку вручную',
  en: "Mend the record's data and retry the error",
};
export const renewWebhook: Text = {
  ru: 'Создайте новый входящий вебхук с правом crm и сохраните его в настройках интеграции',
  en: 'Create a new inbound webhook with the crm permission and store it in the integration settings',
};

export function row(kind: ErrorKind, retryable: boolean, ru: string, en: string, advice: Text): TableRow {
  return { kind, retryable, text: { ru, en }, advice };
}

const badCredentials = row(
  'auth',
  false,
  'Битрикс24 не принял вебхук: он удалён, отозван или его секрет изменён',
  'Bitrix24 refused the webhook: it was deleted, revoked, or its secret was changed',
  renewWebhook,
);
const noRights = row(
  'auth',
  false,
  'У вебхука или его владельца нет нужных прав в Битрикс24',
  'The webhook or its owner lacks the rights in Bitrix24',
  {
    ru: 'Дайте вебхуку право crm, а его владельцу — доступ к CRM на чтение, изменение и удаление',
    en: 'Give the webhook the crm permission, and its owner the right to read, change and delete in the CRM',
  },
);
export const noPlan = row('auth', false, 'Тариф портала не разрешает REST', "The portal's plan does not allow REST", {
  ru: 'Продлите тариф Битрикс24, затем проверьте подключение',
  en: 'Renew the Bitrix24 plan, then check the connection',
});
export const refusedRow = row(
  'validation',
  false,
  'Битрикс24 отказался принять значение',
  'Bitrix24 refused a value',
  checkRecord,
);
const gone = row('gone', false, 'Записи в Битрикс24 больше нет', 'The record does not exist in Bitrix24 any more', {
  ru: 'Сработает правило для удалённых записей',
  en: 'The policy for deleted records applies',
});
export const serverFailure = row(
  'network',
  true,
  'Битрикс24 ответил внутренней ошибкой',
  'Bitrix24 answered with an internal error',
  again,
);
export const tooMany = row('limit', true, 'Превышен лимит запросов портала', "The portal's request limit is reached", {
  ru: 'Ничего делать не нужно: синхронизация подождёт и продолжится',
  en: 'Nothing to do: the synchronisation waits and goes on',
});

export const methodTime: TableRow = {
  ...tooMany,
  text: {
    ru: 'Исчерпано время выполнения метода на портале',
    en: "The portal's execution time for this method is used up",
  },
};

/**
 * What each wire code means (system-errors.md and settings/performance/limits.md, 2026-08; the HTTP status of many of them is
 * contradictory, so the code decides). Keys are lower-case, because the portal writes them in both.
 */
export const byCode: Record<string, TableRow> = {
  query_limit_exceeded: tooMany,
  operation_time_limit: methodTime,
  overload_limit: row(
    'auth',
    false,
    'Битрикс24 заблокировал REST портала из-за перегрузки',
    'Bitrix24 blocked the portal because of overload',
    {
      ru: 'Обратитесь в поддержку Битрикс24',
      en: 'Ask the Bitrix24 support',
    },
  ),
  internal_server_error: serverFailure,
  error_unexpected_answer: serverFailure,
  connection_error: serverFailure,
  portal_deleted: row('auth', false, 'Портал Битрикс24 удалён или закрыт', 'The Bitrix24 portal is deleted or closed', {
    ru: 'Проверьте, открывается ли портал в браузере',
    en: 'Check whether the portal opens in a browser',
  }),
  no_auth_found: badCredentials,
  invalid_credentials: badCredentials,
  invalid_token: badCredentials,
  expired_token: badCredentials,
  error_oauth: badCredentials,
  application_not_found: badCredentials,
  authorization_error: {
    ...badCredentials,
    text: { ru: 'Владелец вебхука уволен или удалён', en: "The webhook's owner was dismissed or deleted" },
  },
  insufficient_scope: noRights,
  user_access_error: noRights,
  allowed_only_intranet_user: noRights,
  wrong_auth_type: noRights,
  method_confirm_waiting: noRights,
  method_confirm_denied: noRights,
  payment_required: noPlan,
  wrong_license: noPlan,
  // The same code says "no right to this row" and "no commercial plan": one record must not stop a tenant.
  access_denied: {
    ...noRights,
    kind: 'validation',
    text: {
      ru: 'Нет прав на эту запись или действие в Битрикс24',
      en: 'No right to this record or action in Bitrix24',
    },
  },
  not_found: gone,
  error_not_found: gone,
  error_entity_not_found: gone,
  error_method_not_found: row('validation', false, 'На портале нет нужного метода', 'The portal lacks the method', {
    ru: 'Обновите Битрикс24 (коробку) или проверьте, включён ли модуль CRM',
    en: 'Update Bitrix24 (self-hosted) or check that the CRM module is on',
  }),
  error_batch_length_exceeded: refusedRow,
  error_batch_method_not_allowed: refusedRow,
  error_argument: refusedRow,
  invalid_arg_value: refusedRow,
  invalid_request: refusedRow,
  error_core: refusedRow,
  crm_field_error_value_not_valid: refusedRow,
  crm_field_error_required: {
    ...refusedRow,
    text: { ru: 'В Битрикс24 не заполнено обязательное поле', en: 'A required field is empty in Bitrix24' },
  },
  max_import_batch_size_exceeded: refusedRow,
  '100': refusedRow,
  '0': refusedRow,
  '': refusedRow,
};

/** Codes that have the same cause but another cure when the app is installed: there is no webhook to renew. */
export const reinstall: Text = {
  ru: 'Откройте карточку приложения в Битрикс24 и нажмите «Переустановить»',
  en: 'Open the application\'s card in Bitrix24 and press "Reinstall"',
};
export const grantRights: Text = {
  ru: 'Проверьте права приложения (crm, placement) в его карточке и кому из сотрудников оно доступно',
  en: "Check the application's permissions (crm, placement) in its card, and which employees may use it",
};
const appGone = row(
  'auth',
  false,
  'Портал больше не знает это приложение: оно удалено или его ключи сброшены',
  'The portal does not know this application any more: it was removed or its keys were reset',
  reinstall,
);
const appRights = row(
  'auth',
  false,
  'Приложению или его администратору не хватает прав в Битрикс24',
  'The application or its administrator lacks rights in Bitrix24',
  grantRights,
);

export const byCodeOfInstallation: Record<string, TableRow> = {
  no_auth_found: appGone,
  invalid_credentials: appGone,
  invalid_token: appGone,
  expired_token: appGone,
  error_oauth: appGone,
  not_installed: appGone,
  application_not_found: appGone,
  authorization_error: {
    ...appGone,
    text: {
      ru: 'Сотрудник, установивший приложение, уволен или отключён',
      en: 'The employee who installed the application was dismissed or disabled',
    },
    advice: {
      ru: 'Другой администратор портала должен переустановить приложение',
      en: 'Another administrator of the portal has to reinstall the application',
    },
  },
  insufficient_scope: appRights,
  user_access_error: appRights,
  allowed_only_intranet_user: appRights,
  wrong_auth_type: appRights,
  method_confirm_waiting: appRights,
  method_confirm_denied: appRights,
};
