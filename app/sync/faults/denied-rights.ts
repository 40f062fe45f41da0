import { Bitrix24Error } from '../../bitrix24/errors.ts';
import type { Text } from '../../lib/errors.ts';
import type { FaultKey } from './scope.ts';

const kinds: Record<string, Text> = {
  contract: { ru: 'компании', en: 'companies' },
  user: { ru: 'контакты', en: 'contacts' },
  object: { ru: 'сделки', en: 'deals' },
};

/** By the last word of the method that is refused; a kind alone is one that may not be read. */
const rights: Record<string, Text> = {
  read: { ru: 'читать', en: 'read' },
  add: { ru: 'создавать', en: 'create' },
  batchImport: { ru: 'создавать', en: 'create' },
  update: { ru: 'изменять', en: 'change' },
  delete: { ru: 'удалять', en: 'delete' },
};

const advice: Text = {
  ru: 'Остальное синхронизируется. Дайте этот доступ в правах CRM владельцу вебхука или тому, кто установил приложение',
  en: "Everything else is synchronised. Give this right in the CRM's permissions to the webhook's owner or to the person who installed the application",
};

/**
 * The error of a fault, for people: where the portal says only that access is denied, which right to what is missing. Every other error
 * stays as it is. Pure.
 */
export function explainDenied(key: FaultKey, error: Bitrix24Error): Bitrix24Error {
  const right = error.code.toLowerCase() === 'access_denied' ? missingRight(key) : null;
  if (!right) return error;
  const { code, kind, retryable, cause } = error;
  return new Bitrix24Error({
    code,
    rule: { kind, retryable, advice },
    reason: { ru: `Нет права ${right.ru} в Битрикс24`, en: `No right to ${right.en} in Bitrix24` },
    ...(error.retryAfterMs !== undefined && { retryAfterMs: error.retryAfterMs }),
    cause,
  });
}

function missingRight({ scope, subject }: FaultKey): Text | null {
  if (scope === 'method') return { ru: `на метод ${subject}`, en: `use the method ${subject}` };
  if (scope !== 'kind') return null;
  const [entity = '', word = 'read'] = subject.split(':');
  const [what, right] = [kinds[entity], rights[word]];
  return what && right ? { ru: `${right.ru} ${what.ru}`, en: `${right.en} ${what.en}` } : null;
}
