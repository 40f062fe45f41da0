import { createHmac } from 'node:crypto';
import type https from 'node:https';
import { NoAnswer, rawPost } from '../bitrix24/raw-post.ts';
import type { Text } from '../lib/errors.ts';
import type { Outcome } from './deliveries.ts';
import type { Message } from './messages.ts';

export const signatureHeader = 'X-Axenta-Signature';
export const timestampHeader = 'X-Axenta-Timestamp';
export const deliveryHeader = 'X-Axenta-Delivery';
export const eventHeader = 'X-Axenta-Event';

const times = { waitMs: 5000, timeoutMs: 10_000 };
/** Nothing of an answer is needed but its status. */
const longestAnswer = 65_536;

export interface SignedPost {
  url: string;
  secret: string;
  /** The same for every attempt of a message. */
  key: string;
  message: Message;
  /** When it is sent. */
  at: Date;
}

/** `v1=` and HMAC-SHA256, in hexadecimal digits, of the timestamp, a full stop and the body as it is sent. Pure. */
export function signatureOf(secret: string, timestamp: string, body: string): string {
  return `v1=${createHmac('sha256', secret).update(`${timestamp}.${body}`).digest('hex')}`;
}

/** Posts a signed message. Through the agent, private addresses are refused as for every outgoing call; no redirect is followed. */
export async function postSigned(agent: https.Agent, { url, secret, key, message, at }: SignedPost): Promise<Outcome> {
  const { event, ...rest } = message;
  const body = JSON.stringify({ id: key, event: `alert.${event}`, ...rest });
  const timestamp = String(Math.floor(at.getTime() / 1000));
  const headers = {
    'Content-Type': 'application/json',
    'User-Agent': 'axenta-bitrix24',
    [eventHeader]: `alert.${event}`,
    [deliveryHeader]: key,
    [timestampHeader]: timestamp,
    [signatureHeader]: signatureOf(secret, timestamp, body),
  };
  try {
    const { status } = await rawPost(url, Buffer.from(body), { agent, longestAnswer, headers, ...times });
    return judgeStatus(status);
  } catch (error) {
    if (!(error instanceof NoAnswer)) throw error;
    return unanswered(error.code);
  }
}

function judgeStatus(status: number): Outcome {
  if (status >= 200 && status < 300) {
    return { ok: true, answer: { ru: `Получатель ответил ${status}`, en: `The receiver answered ${status}` } };
  }
  const isGone = status === 410;
  const next: Text = isGone
    ? { ru: 'этот адрес больше не принимает сообщений', en: 'the address takes no messages any more' }
    : { ru: 'нужен ответ от 200 до 299', en: 'an answer from 200 to 299 is needed' };
  return {
    ...{ ok: false, code: `http_${status}`, isFinal: isGone },
    answer: { ru: `Получатель ответил ${status}: ${next.ru}`, en: `The receiver answered ${status}: ${next.en}` },
  };
}

function unanswered(code: string): Outcome {
  if (code === 'host_not_allowed') {
    return {
      ...{ ok: false, code, isFinal: true },
      answer: {
        ru: 'Адрес ведёт в закрытую сеть, туда запросы не отправляются. Укажите адрес, доступный из интернета',
        en: 'The address leads into a private network, where nothing is sent. Give an address that the internet reaches',
      },
    };
  }
  const shown = code.slice(0, 50);
  return {
    ...{ ok: false, code: 'receiver_unreachable', isFinal: false },
    answer: {
      ru: `Получатель не ответил (${shown}). Проверьте адрес, сертификат и доступность сервера`,
      en: `The receiver did not answer (${shown}). Check the address, its certificate and whether the server runs`,
    },
  };
}
