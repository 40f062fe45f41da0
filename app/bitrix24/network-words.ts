import type { Text } from '../lib/errors.ts';

/** What became of a connection, by the codes of Node and of the HTTP client. */
const words: Readonly<Record<string, Text>> = {
  ENOTFOUND: { ru: 'адрес портала не найден', en: "the portal's address is not found" },
  EAI_AGAIN: { ru: 'сервер имён не отвечает', en: 'the name server does not answer' },
  ECONNREFUSED: { ru: 'соединение не принято', en: 'the connection was refused' },
  EHOSTUNREACH: { ru: 'до портала нет пути в сети', en: 'no way through the network' },
  ENETUNREACH: { ru: 'нет сети', en: 'no network' },
  ECONNRESET: { ru: 'соединение оборвалось', en: 'the connection broke off' },
  EPIPE: { ru: 'соединение оборвалось', en: 'the connection broke off' },
  ETIMEDOUT: { ru: 'ответа не было слишком долго', en: 'no answer came in time' },
  ECONNABORTED: { ru: 'ответа не было слишком долго', en: 'no answer came in time' },
  deadline: { ru: 'ответа не было слишком долго', en: 'no answer came in time' },
  proxy_refused: { ru: 'прокси-сервер не открыл соединение', en: 'the proxy opened no connection' },
  no_socket: { ru: 'слишком много соединений сразу', en: 'too many connections at once' },
  host_not_allowed: {
    ru: 'этот адрес запрещён настройкой сервера',
    en: 'the server is set up not to call this address',
  },
};

const certificate: Text = { ru: 'сертификат портала не принят', en: "the portal's certificate is not accepted" };

/** Says in plain words why there was no answer; a code that is not known is told as it is, for those who can look it up. Pure. */
export function networkWords(code: string, message?: string): Text {
  const known = words[code];
  // What the proxy answered tells those who run it what to mend.
  const said = code === 'proxy_refused' && message ? ` (${message})` : '';
  if (known) return { ru: `${known.ru}${said}`, en: `${known.en}${said}` };
  const told = /CERT|SELF_SIGNED|ERR_TLS|UNABLE_TO_VERIFY/.test(code)
    ? certificate
    : { ru: 'ошибка сети', en: 'a network failure' };
  return { ru: `${told.ru} (${code})`, en: `${told.en} (${code})` };
}
