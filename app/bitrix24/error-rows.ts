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

export function row(kind: ErrorKind, retryable: boolean, text: Text, advice: Text): TableRow {
  return { kind, retryable, text, advice };
}

const badCredentials = row(
  'auth',
  false,
  {
    ru: 'Битрикс24 не принял вебхук: он удалён, отозван или его секрет изменён',
    en: 'Bitrix24 refused the webhook: it was deleted, revoked, or its secret was changed',
  },
  renewWebhook,
);
const noRights = row(
  'auth',
  false,
  {
    ru: 'У вебхука или его владельца нет нужных прав в Битрикс24',
    en: 'The webhook or its owner lacks the rights in Bitrix24',
  },
  {
    ru: 'Дайте вебхуку право crm, а его владельцу — доступ к CRM на чтение, изменение и удаление',
    en: 'Give the webhook the crm permission, and its owner the right to read, change and delete in the CRM',
  },
);
// The same code says "no right to this row" and "no commercial plan": one record must not stop a tenant.
export const noRightToRow: TableRow = {
  ...noRights,
  kind: 'validation',
  text: {
    ru: 'Нет прав на эту запись или действие в Битрикс24',
    en: 'No right to this record or action in Bitrix24',
  },
};
export const portalDeleted = row(
  'auth',
  false,
  { ru: 'Портал Битрикс24 удалён или закрыт', en: 'The Bitrix24 portal is deleted or closed' },
  {
    ru: 'Проверьте, открывается ли портал в браузере',
    en: 'Check whether the portal opens in a browser',
  },
);
export const noPlan = row(
  'auth',
  false,
  { ru: 'Тариф портала не разрешает REST', en: "The portal's plan does not allow REST" },
  {
    ru: 'Продлите тариф Битрикс24, а если он платный и действует — подписку на Битрикс24 Маркет: без неё REST на платных тарифах закрыт. Затем проверьте подключение',
    en: 'Renew the Bitrix24 plan, or, if it is a paid one that is in force, the subscription to the Bitrix24 Market: paid plans have no REST without it. Then check the connection',
  },
);
export const refusedRow = row(
  'validation',
  false,
  { ru: 'Битрикс24 отказался принять значение', en: 'Bitrix24 refused a value' },
  checkRecord,
);
export const tooLarge = row(
  'validation',
  false,
  { ru: 'Запрос слишком большой для веб-сервера портала', en: "The request is too large for the portal's web server" },
  {
    ru: 'Увеличьте предел размера запроса на веб-сервере портала или сократите текст записи',
    en: "Raise the limit of the request size on the portal's web server, or shorten the record's text",
  },
);
export const tooOldRow = row(
  'validation',
  false,
  {
    ru: 'Портал слишком старый: он не отдаёт и не принимает почту и телефоны контактов и компаний',
    en: 'The portal is too old: it neither gives nor takes e-mails and phones of contacts and companies',
  },
  {
    ru: 'Обновите модуль crm коробочного Битрикс24 до версии 24.1200.0 или новее; сделки синхронизируются и сейчас',
    en: 'Update the crm module of the self-hosted Bitrix24 to 24.1200.0 or later; deals are synchronised all the same',
  },
);
const gone = row(
  'gone',
  false,
  { ru: 'Записи в Битрикс24 больше нет', en: 'The record does not exist in Bitrix24 any more' },
  {
    ru: 'Сработает правило для удалённых записей',
    en: 'The policy for deleted records applies',
  },
);
export const serverFailure = row(
  'network',
  true,
  { ru: 'Битрикс24 ответил внутренней ошибкой', en: 'Bitrix24 answered with an internal error' },
  again,
);
export const tooMany = row(
  'limit',
  true,
  { ru: 'Превышен лимит запросов портала', en: "The portal's request limit is reached" },
  {
    ru: 'Ничего делать не нужно: синхронизация подождёт и продолжится',
    en: 'Nothing to do: the synchronisation waits and goes on',
  },
);

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
    {
      ru: 'Битрикс24 заблокировал REST портала из-за перегрузки',
      en: 'Bitrix24 blocked the portal because of overload',
    },
    {
      ru: 'Обратитесь в поддержку Битрикс24',
      en: 'Ask the Bitrix24 support',
    },
  ),
  internal_server_error: serverFailure,
  error_unexpected_answer: serverFailure,
  connection_error: serverFailure,
  portal_deleted: portalDeleted,
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
  invalid_scope: noRights,
  invalid_client: badCredentials,
  allowed_only_intranet_user: noRights,
  wrong_auth_type: noRights,
  method_confirm_waiting: noRights,
  method_confirm_denied: noRights,
  payment_required: noPlan,
  wrong_license: noPlan,
  access_denied: noRightToRow,
  not_found: gone,
  error_not_found: gone,
  error_entity_not_found: gone,
  error_method_not_found: row(
    'validation',
    false,
    { ru: 'На портале нет нужного метода', en: 'The portal lacks the method' },
    {
      ru: 'Обновите Битрикс24 (коробку) или проверьте, включён ли модуль CRM',
      en: 'Update Bitrix24 (self-hosted) or check that the CRM module is on',
    },
  ),
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
