import { AppError } from '../lib/errors.ts';

export interface WebhookUrl {
  /** Always with a trailing slash, without anything behind the secret. */
  url: string;
  /** `host[:port]`. */
  host: string;
  userId: number;
}

const greatestUserId = 2_147_483_647;

/**
 * Reads an inbound webhook's URL as people paste it: blanks around, with or without the slash at the end, with a method behind it.
 * `https://<portal>/rest/<user>/<secret>/` (local-integrations/local-webhooks.md, 2026-08). Throws AppError 400, a code and sentence
 * for each way to get it wrong.
 */
export function parseWebhookUrl(text: string): WebhookUrl {
  const url = toUrl(text.trim());
  if (url.protocol !== 'https:') {
    throw refuse('webhook_url_not_https', 'адрес должен начинаться с https://', 'the address must begin with https://');
  }
  if (url.username || url.password) {
    throw refuse(
      'webhook_url_invalid',
      'уберите логин и пароль из адреса',
      'remove the login and password from the address',
    );
  }
  const [rest, user, secret, ...tail] = url.pathname.split('/').filter(Boolean);
  if (rest !== 'rest') {
    throw refuse(
      'webhook_url_not_a_webhook',
      'это не входящий вебхук: нужен адрес вида https://портал.bitrix24.ru/rest/1/секрет/',
      'this is not an inbound webhook: expected an address like https://portal.bitrix24.com/rest/1/secret/',
    );
  }
  if (!user || !/^[1-9]\d{0,9}$/.test(user) || Number(user) > greatestUserId) {
    throw refuse(
      'webhook_url_no_user_id',
      'после /rest/ должен стоять номер пользователя: https://портал.bitrix24.ru/rest/1/секрет/. Скопируйте адрес целиком из карточки вебхука',
      "the user's number must follow /rest/: https://portal.bitrix24.com/rest/1/secret/. Copy the whole address from the webhook's card",
    );
  }
  if (!secret || !/^[\w-]{4,100}$/.test(secret)) {
    throw refuse(
      'webhook_url_no_secret',
      'после номера пользователя должен стоять секрет. Скопируйте адрес целиком из карточки вебхука',
      "the secret must follow the user's number. Copy the whole address from the webhook's card",
    );
  }
  if (tail.length > 1) {
    throw refuse(
      'webhook_url_not_a_webhook',
      'в адресе лишние части после секрета',
      'the address has too many parts behind the secret',
    );
  }
  return { url: `https://${url.host}/rest/${user}/${secret}/`, host: url.host, userId: Number(user) };
}

/** Portals of the cloud live under these names, one below each. */
const cloudName = /\.(bitrix24\.(?:[a-z]{2,3}\.)?[a-z]{2,6})$/;

/**
 * The same webhook at another host of its portal, or null when the portal cannot have moved there: a portal of the cloud stays under the
 * cloud's name.
 */
export function webhookAt(webhookUrl: string, host: string): string | null {
  const { host: former, url } = parseWebhookUrl(webhookUrl);
  const cloud = cloudName.exec(former.toLowerCase())?.[1];
  if (host.toLowerCase() === former.toLowerCase()) return null;
  if (cloud && cloudName.exec(host.toLowerCase())?.[1] !== cloud) return null;
  return url.replace(`https://${former}/`, `https://${host}/`);
}

function toUrl(text: string): URL {
  try {
    return new URL(text);
  } catch {
    throw refuse(
      'webhook_url_invalid',
      'это не адрес. Нужен адрес вида https://портал.bitrix24.ru/rest/1/секрет/',
      'this is not an address. Expected an address like https://portal.bitrix24.com/rest/1/secret/',
    );
  }
}

/** The sentence that people know, with the reason; the URL itself is never repeated, because it holds the secret. */
export function webhookError(code: string, ru: string, en: string, status = 422): AppError {
  return new AppError({
    code,
    status,
    text: { ru: `Ошибка проверки вебхука Битрикс24: ${ru}`, en: `Bitrix24 webhook check failed: ${en}` },
  });
}

function refuse(code: string, ru: string, en: string): AppError {
  return webhookError(code, ru, en, 400);
}
