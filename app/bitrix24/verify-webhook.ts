import type https from 'node:https';
import { AppError } from '../lib/errors.ts';
import { classify } from './error-table.ts';
import { Bitrix24Error } from './errors.ts';
import { type NoAnswer, type RawAnswer, rawPost } from './raw-post.ts';
import { parseWebhookUrl, webhookError } from './webhook-url.ts';

export interface VerifiedWebhookUrl {
  url: string;
  host: string;
  userId: number;
  scope: string[];
}

/** The two answers are short; longer ones are rejected. */
const asked = { waitMs: 15_000, timeoutMs: 15_000, longestAnswer: 100_000 };

export interface ProbeDeps {
  agent: https.Agent;
  /** Takes a request from the limit of this host, which may be somebody else's portal. Throws `Bitrix24Error` when there is none. */
  admit(host: string): Promise<void>;
}

/**
 * Tries a webhook before it is stored: who are we (`profile`), what may we do (`scope`). The raw status, headers and body matter
 * here, so it goes past the SDK; both requests count in the limit of the host all the same. Throws AppError, each failure with its own
 * sentence that tells how to mend it.
 */
export async function verifyWebhook(text: string, { agent, admit }: ProbeDeps): Promise<VerifiedWebhookUrl> {
  const { url, host, userId } = parseWebhookUrl(text);
  await admit(host).catch(explainLimit);
  const profile = await ask(`${url}profile`, agent);
  if (profile.status >= 300 && profile.status < 400) throw moved(profile, host);
  if (!isAnswer(profile.data)) throw notBitrix24(profile.status);
  if (!('result' in profile.data)) throw refused(profile);
  await admit(host).catch(explainLimit);
  const scope = await ask(`${url}scope`, agent);
  const granted = isAnswer(scope.data) && Array.isArray(scope.data.result) ? scope.data.result.map(String) : [];
  if (!granted.includes('crm')) throw withoutCrm(granted);
  return { url, host, userId, scope: granted };
}

async function ask(url: string, agent: https.Agent): Promise<RawAnswer> {
  try {
    return await rawPost(url, {}, { agent, ...asked });
  } catch (error) {
    throw unreachable((error as NoAnswer).code);
  }
}

function explainLimit(error: unknown): never {
  if (!(error instanceof Bitrix24Error) || error.retryAfterSec === undefined) throw error;
  const { code, status, retryAfterSec } = error;
  const { text } = webhookError(
    code,
    `лимит запросов портала исчерпан. Повторите через ${retryAfterSec} с`,
    `the portal's request limit is used up. Try again in ${retryAfterSec} s`,
  );
  throw new AppError({ code, status, text, retryAfterSec });
}

function isAnswer(data: unknown): data is { result?: unknown; error?: unknown } {
  return typeof data === 'object' && data !== null && ('result' in data || 'error' in data);
}

// The cause is not kept: an HTTP client's error holds the URL with its secret.
function unreachable(code: string): AppError {
  if (code === 'host_not_allowed') {
    return webhookError(
      'portal_host_not_allowed',
      'адрес портала ведёт во внутреннюю сеть. Для коробочного портала администратор сервера добавляет его имя или сеть в BITRIX24_ALLOW_PRIVATE_HOSTS',
      "the portal's address leads into a private network. For a self-hosted portal the server's administrator adds its name or network to BITRIX24_ALLOW_PRIVATE_HOSTS",
      400,
    );
  }
  if (code === 'ERR_BAD_RESPONSE') {
    return webhookError(
      'not_bitrix24',
      'по этому адресу отвечает не Битрикс24 (ответ слишком длинный). Проверьте имя портала',
      "it is not Bitrix24 that answers at this address (the answer is too long). Check the portal's name",
    );
  }
  if (/CERT|SELF_SIGNED|UNABLE_TO|ERR_TLS|SSL/.test(code)) {
    return webhookError(
      'portal_certificate',
      `сертификату портала нельзя доверять (${code}). Установите действующий сертификат или укажите NODE_EXTRA_CA_CERTS`,
      `the portal's certificate cannot be trusted (${code}). Install a valid one or set NODE_EXTRA_CA_CERTS`,
    );
  }
  return webhookError(
    'portal_unreachable',
    `портал не отвечает (${code}). Проверьте адрес и доступность портала из интернета`,
    `the portal does not answer (${code}). Check the address and whether the portal can be reached from the internet`,
  );
}

function moved({ headers }: RawAnswer, host: string): AppError {
  let target = '';
  try {
    target = new URL(String(headers.location), `https://${host}`).host;
  } catch {
    // A redirect to nowhere readable: the sentence does without it.
  }
  return webhookError(
    'portal_moved',
    `портал переехал${target ? ` на ${target}` : ''}. Скопируйте новый адрес вебхука из портала`,
    `the portal has moved${target ? ` to ${target}` : ''}. Copy the webhook's new address from the portal`,
  );
}

function notBitrix24(status: number): AppError {
  return webhookError(
    'not_bitrix24',
    `по этому адресу отвечает не Битрикс24 (HTTP ${status}). Проверьте имя портала`,
    `it is not Bitrix24 that answers at this address (HTTP ${status}). Check the portal's name`,
  );
}

function refused({ status, data }: RawAnswer): AppError {
  const error = classify({ status, body: data });
  if (error.kind === 'auth') {
    const code = (data as { error?: unknown }).error;
    const isSecret = /^(NO_AUTH_FOUND|INVALID_CREDENTIALS)$/i.test(String(code));
    if (isSecret) {
      return webhookError(
        'webhook_refused',
        'портал не знает такого вебхука: секрет неверен или вебхук удалён. Скопируйте адрес из карточки вебхука заново',
        "the portal does not know this webhook: the secret is wrong or the webhook was deleted. Copy the address from the webhook's card again",
      );
    }
  }
  return webhookError('webhook_refused', error.text.ru, error.text.en);
}

function withoutCrm(granted: readonly string[]): AppError {
  const list = granted.join(', ') || '—';
  return webhookError(
    'webhook_without_crm',
    `у вебхука нет права crm (есть: ${list}). Откройте вебхук в портале и добавьте право CRM (crm)`,
    `the webhook lacks the crm permission (it has: ${list}). Open the webhook in the portal and add CRM (crm)`,
  );
}
