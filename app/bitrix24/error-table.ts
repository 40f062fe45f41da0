import type { Text } from '../lib/errors.ts';
import { redact } from '../lib/redact.ts';
import { Bitrix24Error, type ErrorKind, type ErrorRule } from './errors.ts';

interface TableRow {
  kind: ErrorKind;
  retryable: boolean;
  text: Text;
  advice: Text;
}

const again: Text = { ru: 'Повторится само', en: 'It is tried again by itself' };
const checkRecord: Text = {
  ru: 'Исправьте данные записи и повторите ошибку вручную',
  en: "Mend the record's data and retry the error",
};
const renewWebhook: Text = {
  ru: 'Создайте новый входящий вебхук с правом crm и сохраните его в настройках интеграции',
  en: 'Create a new inbound webhook with the crm permission and store it in the integration settings',
};

function row(kind: ErrorKind, retryable: boolean, ru: string, en: string, advice: Text): TableRow {
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
const noPlan = row('auth', false, 'Тариф портала не разрешает REST', "The portal's plan does not allow REST", {
  ru: 'Продлите тариф Битрикс24, затем проверьте подключение',
  en: 'Renew the Bitrix24 plan, then check the connection',
});
const refusedRow = row(
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
const serverFailure = row(
  'network',
  true,
  'Битрикс24 ответил внутренней ошибкой',
  'Bitrix24 answered with an internal error',
  again,
);
const tooMany = row('limit', true, 'Превышен лимит запросов портала', "The portal's request limit is reached", {
  ru: 'Ничего делать не нужно: синхронизация подождёт и продолжится',
  en: 'Nothing to do: the synchronisation waits and goes on',
});

/**
 * What each wire code means (system-errors.md and settings/performance/limits.md, 2026-08; the HTTP status of many of them is
 * contradictory, so the code decides). Keys are lower-case, because the portal writes them in both.
 */
const byCode: Record<string, TableRow> = {
  query_limit_exceeded: tooMany,
  operation_time_limit: {
    ...tooMany,
    text: {
      ru: 'Исчерпано время выполнения метода на портале',
      en: "The portal's execution time for this method is used up",
    },
  },
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

export interface WireFailure {
  /** HTTP status; of a command inside a batch 200. */
  status: number;
  /** The body as it came: an object, or the text of something that is not JSON. */
  body: unknown;
}

/**
 * Turns a failed answer into an error by its code; its text is only kept for people. A status of 500 and above without a known
 * code, and anything that is not JSON, leaves it open whether the work was done.
 */
export function classify({ status, body }: WireFailure): Bitrix24Error {
  const code = codeIn(body);
  const known = code === null ? undefined : byCode[code.toLowerCase()];
  if (known && !(status >= 500 && known === refusedRow)) {
    return makeError(code || 'bitrix24_refused', known, {
      description: descriptionIn(body),
      uncertain: known === serverFailure,
    });
  }
  if (status >= 500 || code === null) {
    const name = code ?? (status >= 300 && status < 400 ? 'portal_moved' : 'bitrix24_no_json');
    return makeError(name, serverFailure, { description: descriptionIn(body) || `HTTP ${status}`, uncertain: true });
  }
  return makeError(code, refusedRow, { description: descriptionIn(body) });
}

const unreachable = row(
  'network',
  true,
  'Нет связи с порталом Битрикс24',
  'The Bitrix24 portal cannot be reached',
  again,
);

/** Failures before anything can have reached the portal: the name or the connection itself. */
const neverSent = new Set([
  'ENOTFOUND',
  'EAI_AGAIN',
  'ECONNREFUSED',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'host_not_allowed',
]);

/** Turns a request that got no answer into an error; unless the connection itself failed, the work may have been done. */
export function fromNetworkFailure(cause: unknown): Bitrix24Error {
  const { code = 'network', message = '' } = (cause ?? {}) as { code?: string; message?: string };
  return makeError('portal_unreachable', unreachable, {
    description: `${code}: ${message}`,
    uncertain: !neverSent.has(code),
    cause,
  });
}

/** A limit that we keep ourselves: the portal was not asked. */
export function ownLimit(retryAfterMs: number): Bitrix24Error {
  return makeError('limit_reached', tooMany, { retryAfterMs });
}

/** A refusal for the portal's limits, with the wait that is known from earlier answers. */
export function withWait(error: Bitrix24Error, retryAfterMs: number): Bitrix24Error {
  const { code, kind, retryable, advice, text, cause } = error;
  return new Bitrix24Error({ code, rule: { kind, retryable, advice }, text, retryAfterMs, cause });
}

/** An answer that cannot be true: rows that do not satisfy the filter, commands without an outcome. */
export function brokenAnswer(code: string, description: string): Bitrix24Error {
  return makeError(code, serverFailure, { description, uncertain: true });
}

/** What is wrong with the values of one record before it was sent. */
export function refusedValue(description: string): Bitrix24Error {
  return makeError('value_not_valid', refusedRow, { description });
}

function makeError(
  code: string,
  { kind, retryable, text, advice }: TableRow,
  extra: { description?: string; uncertain?: boolean; retryAfterMs?: number; cause?: unknown },
): Bitrix24Error {
  const rule: ErrorRule = { kind, retryable, advice };
  const said = extra.description ? `: ${redact(extra.description)}` : '';
  return new Bitrix24Error({
    code: /^[\w-]+$/.test(code) ? code : 'bitrix24_refused',
    rule,
    text: { ru: `${text.ru}${said}. ${advice.ru}`, en: `${text.en}${said}. ${advice.en}` },
    ...(extra.uncertain !== undefined && { uncertain: extra.uncertain }),
    ...(extra.retryAfterMs !== undefined && { retryAfterMs: extra.retryAfterMs }),
    ...(extra.cause !== undefined && { cause: extra.cause }),
  });
}

function codeIn(body: unknown): string | null {
  if (typeof body !== 'object' || body === null || !('error' in body)) return null;
  const { error } = body as { error: unknown };
  if (typeof error === 'object' && error !== null && 'code' in error) return String((error as { code: unknown }).code);
  return String(error ?? '');
}

function descriptionIn(body: unknown): string {
  if (typeof body !== 'object' || body === null) return '';
  const text = String((body as { error_description?: unknown }).error_description ?? '');
  return text
    .replace(/<[^>]*>/g, ' ')
    .replace(/\s+/g, ' ')
    .trim()
    .replace(/\.+$/, '')
    .slice(0, 300);
}
