import type { Text } from '../lib/errors.ts';
import { redact } from '../lib/redact.ts';
import type { PortalAccess } from './access.ts';
import {
  again,
  byCode,
  methodTime,
  noPlan,
  refusedRow,
  renewWebhook,
  row,
  serverFailure,
  type TableRow,
  tooLarge,
  tooMany,
  tooOldRow,
} from './error-rows.ts';
import { Bitrix24Error, type ErrorRule } from './errors.ts';
import {
  byCodeOfInstallation,
  byCodeOfOAuth,
  clientRefusedRow,
  openAsAdmin,
  reinstall,
} from './installation-error-rows.ts';
import { networkWords } from './network-words.ts';

export interface WireFailure {
  /** HTTP status; of a command inside a batch 200. */
  status: number;
  /** The body as it came: an object, or the text of something that is not JSON. */
  body: unknown;
  /** The kind of connection; a webhook when absent. */
  via?: PortalAccess['kind'];
  /** A request that concerns no single record was refused, such as a whole batch: no right to one row can be the reason. */
  whole?: boolean;
}

/**
 * Turns a failed answer into an error by its code; its text is only kept for people. A status of 500 and above without a known
 * code, and anything that is not JSON, leaves it open whether the work was done.
 */
export function classify({ status, body, via = 'webhook', whole = false }: WireFailure): Bitrix24Error {
  // A web server's body limit: nothing reached the portal.
  if (status === 413) return makeError('request_too_large', tooLarge, { description: `HTTP ${status}` });
  const code = codeIn(body);
  const known = code === null ? undefined : rowOf(code.toLowerCase(), via, whole);
  if (known && !(status >= 500 && known === refusedRow)) {
    return makeError(code || 'bitrix24_refused', known, {
      description: descriptionIn(body),
      uncertain: known === serverFailure,
    });
  }
  if (status >= 500 || code === null) {
    return makeError(code ?? 'bitrix24_no_json', serverFailure, {
      description: descriptionIn(body) || `HTTP ${status}`,
      uncertain: true,
    });
  }
  return makeError(code, refusedRow, { description: descriptionIn(body) });
}

// "REST API is available only on commercial plans" has the same code as a missing right to a row.
function rowOf(code: string, via: PortalAccess['kind'], whole: boolean): TableRow | undefined {
  if (whole && code === 'access_denied') return noPlan;
  return (via === 'installation' ? byCodeOfInstallation[code] : undefined) ?? byCode[code];
}

/**
 * What a tenant that reaches its portal this way can do about a code; null where the code has no row of its own. What was said of the plan
 * when it failed holds for every way. Pure.
 */
export function adviceFor(
  code: string,
  { via, stored }: { via: PortalAccess['kind']; stored?: Text | undefined },
): Text | null {
  if (stored?.ru === noPlan.advice.ru) return stored;
  return rowOf(code.toLowerCase(), via, false)?.advice ?? null;
}

/** Whether the portal's plan refuses every caller: an ended trial, an unpaid subscription. */
export function isPlanRefusal(error: unknown): boolean {
  return error instanceof Bitrix24Error && error.advice === noPlan.advice;
}

const unreachable = row(
  'network',
  true,
  { ru: 'Нет связи с порталом Битрикс24', en: 'The Bitrix24 portal cannot be reached' },
  again,
);

const late = row(
  'network',
  true,
  { ru: 'Портал Битрикс24 не ответил вовремя', en: 'The Bitrix24 portal did not answer in time' },
  again,
);

const tooLong = row(
  'network',
  true,
  {
    ru: 'Ответ портала Битрикс24 длиннее, чем бывают его ответы',
    en: "The Bitrix24 portal's answer is longer than its answers are",
  },
  again,
);

/** Failures before anything can have reached the portal: the name, the connection, a proxy that opens no way. */
const neverSent = new Set([
  'no_socket',
  'proxy_refused',
  'ENOTFOUND',
  'EAI_AGAIN',
  'ECONNREFUSED',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'host_not_allowed',
]);

/** Codes of `WireClock` and of the HTTP client that say more than that there was no answer. */
const networkFailures: Readonly<Record<string, [string, TableRow]>> = {
  deadline: ['portal_answer_late', late],
  ERR_BAD_RESPONSE: ['portal_answer_too_long', tooLong],
};

/** Turns a request that got no answer into an error; unless the connection itself failed, the work may have been done. */
export function fromNetworkFailure(cause: unknown): Bitrix24Error {
  const { code = 'network', message } = (cause ?? {}) as { code?: string; message?: string };
  const [known, failure] = networkFailures[code] ?? ['portal_unreachable', unreachable];
  const why = networkWords(code, message);
  const text = { ru: `${failure.text.ru}: ${why.ru}`, en: `${failure.text.en}: ${why.en}` };
  return makeError(known, { ...failure, text }, { uncertain: !neverSent.has(code), cause });
}

/** The portal lives at another address: nothing was executed. What is followed is tried again there, else a webhook needs its new URL. */
export function portalMoved(isFollowed: boolean, host: string | null): Bitrix24Error {
  const ru = `Портал Битрикс24 переехал${host ? ` на ${host}` : ''}`;
  const en = `The Bitrix24 portal has moved${host ? ` to ${host}` : ''}`;
  const moved = isFollowed
    ? row('network', true, { ru: ru, en: en }, again)
    : row('auth', false, { ru: ru, en: en }, renewWebhook);
  return makeError('portal_moved', moved, {});
}

/** No token can be had any more; `code` is what the OAuth server said. */
export function tokenChainDead(code: string): Bitrix24Error {
  const dead = row(
    'auth',
    false,
    {
      ru: `Доступ приложения к порталу Битрикс24 прекращён (${code})`,
      en: `The application's access to the Bitrix24 portal has ended (${code})`,
    },
    reinstall,
  );
  return makeError('token_chain_dead', dead, {});
}

/** Whom the app works as sees a part of the records only: what is hidden from them would be taken for deleted. */
export function installerNotAdmin(): Bitrix24Error {
  const demoted = row(
    'auth',
    false,
    {
      ru: 'Сотрудник, установивший приложение, больше не администратор портала Битрикс24',
      en: 'The employee who installed the application administers the Bitrix24 portal no more',
    },
    openAsAdmin,
  );
  return makeError('installer_not_admin', demoted, {});
}

/** The token of the user who opened the page is not valid (any more): the page asks its portal for a fresh one. */
export function tokenRefused(): Bitrix24Error {
  const refused = row(
    'auth',
    false,
    { ru: 'Портал не принял токен страницы', en: "The portal refused the page's token" },
    {
      ru: 'Обновите страницу',
      en: 'Reload the page',
    },
  );
  return makeError('portal_token_refused', refused, {});
}

/** What the OAuth server refused (settings/oauth/error-codes.md, 2026-08; codes come in both cases, statuses are contradictory). */
export function oauthRefused(status: number, body: unknown): Bitrix24Error {
  const code = (codeIn(body) ?? '').toLowerCase();
  if (code === 'invalid_client' || code === 'wrong_client') {
    return makeError('client_refused', clientRefusedRow, { description: code });
  }
  if (chainEnds.has(code)) return tokenChainDead(code);
  // The chain lives on: a person has to give back a right or to pay.
  const known = liftable.has(code) ? byCodeOfOAuth[code] : undefined;
  if (known) return makeError(code, known, {});
  return makeError('oauth_unavailable', serverFailure, { description: `OAuth: ${code || `HTTP ${status}`}` });
}

/** Answers after which a refresh token never works again. */
const chainEnds = new Set(['invalid_grant', 'bad_verification_code', 'not_installed', 'no_auth_found']);

const liftable = new Set([
  'user_access_error',
  'insufficient_scope',
  'invalid_scope',
  'authorization_error',
  'error_oauth',
  'application_not_found',
  'access_denied',
  'payment_required',
  'portal_deleted',
]);

/** E-mails and phones could be neither read nor written: contacts and companies wait, deals do not. */
export function portalTooOld(): Bitrix24Error {
  return makeError('portal_too_old', tooOldRow, {});
}

const ownLimitCode = 'limit_reached';

const ownMethodLimitCode = 'method_limit_reached';

/** A limit that we keep ourselves: the portal was not asked. */
export function ownLimit(retryAfterMs: number, method?: string): Bitrix24Error {
  if (method) return makeError(ownMethodLimitCode, methodTime, { description: method, retryAfterMs });
  return makeError(ownLimitCode, tooMany, { retryAfterMs });
}

/** Whether a code asks to wait for a limit: the portal's, or our own. */
export function isLimitCode(code: string): boolean {
  return [ownLimitCode, ownMethodLimitCode].includes(code) || byCode[code.toLowerCase()]?.kind === 'limit';
}

/** A refusal for the portal's limits, with the wait that is known from earlier answers. */
export function withWait(error: Bitrix24Error, retryAfterMs: number): Bitrix24Error {
  const { code, kind, retryable, advice, reason, cause } = error;
  return new Bitrix24Error({ code, rule: { kind, retryable, advice }, reason, retryAfterMs, cause });
}

/** The same failure of a request that was to change nothing: no doubt is left about what was done. */
export function withoutDoubt(error: Bitrix24Error): Bitrix24Error {
  const { code, kind, retryable, advice, reason, retryAfterMs, cause } = error;
  const wait = retryAfterMs === undefined ? {} : { retryAfterMs };
  return new Bitrix24Error({ code, rule: { kind, retryable, advice }, reason, ...wait, cause });
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
    code: /^[\w-]{1,100}$/.test(code) ? code : 'bitrix24_refused',
    rule,
    reason: { ru: `${text.ru}${said}`, en: `${text.en}${said}` },
    ...(extra.uncertain !== undefined && { uncertain: extra.uncertain }),
    ...(extra.retryAfterMs !== undefined && { retryAfterMs: extra.retryAfterMs }),
    ...(extra.cause !== undefined && { cause: extra.cause }),
  });
}

/** Of a portal's description this much is read, with its tags, and this much is shown. */
const [longestDescription, shownDescription] = [5000, 300];
const longestCode = 100;

function codeIn(body: unknown): string | null {
  if (typeof body !== 'object' || body === null || !('error' in body)) return null;
  const { error } = body as { error: unknown };
  if (typeof error === 'object' && error !== null && 'code' in error) {
    return String((error as { code: unknown }).code).slice(0, longestCode + 1);
  }
  return String(error ?? '').slice(0, longestCode + 1);
}

function descriptionIn(body: unknown): string {
  if (typeof body !== 'object' || body === null) return '';
  // Cut before anything is looked for in it: nothing that people read is as long.
  const text = String((body as { error_description?: unknown }).error_description ?? '').slice(0, longestDescription);
  return text
    .replace(/<[^<>]*>/g, ' ')
    .replace(/\s+/g, ' ')
    .trim()
    .replace(/(?<!\.)\.+$/, '')
    .slice(0, shownDescription);
}
