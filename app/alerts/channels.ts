import type https from 'node:https';
import type { Bitrix24Client } from '../bitrix24/client.ts';
import { Bitrix24Error, followedBy } from '../bitrix24/errors.ts';
import type { Clock } from '../lib/clock.ts';
import { AppError, type Language, type Text } from '../lib/errors.ts';
import type { Secrets } from '../lib/secrets.ts';
import type { Database } from '../models/database.ts';
import type { Channel, Outcome, Recipient } from './deliveries.ts';
import type { Mailer } from './email.ts';
import type { Message } from './messages.ts';
import { readWebhookSecret } from './settings-store.ts';
import { postSigned } from './webhook.ts';

export interface ChannelDeps {
  db: Database;
  secrets: Secrets;
  clientFor(tenantId: number): Promise<Bitrix24Client>;
  /** Null: the server has no mail server. */
  mailer: Mailer | null;
  agent: https.Agent;
  clock: Clock;
  /** Counts what became of a message. */
  count(channel: Channel, result: 'sent' | 'failed'): void;
}

/** One message on its way to one recipient. */
export interface Parcel extends Recipient {
  key: string;
  message: Message;
  language: Language;
}

export type Send = ReturnType<typeof makeSend>;

/**
 * Sends through every channel. A channel that fails says so in its outcome; it stops no other channel, and nothing of the
 * synchronisation: no fault is opened and no connection suspended for it. Throws what is a defect of ours, or PostgreSQL that is away.
 */
export function makeSend(deps: ChannelDeps) {
  const ways: Record<Channel, (tenantId: number, parcel: Parcel) => Promise<Outcome>> = {
    bitrix24: (tenantId, parcel) => notify(deps, tenantId, parcel),
    email: async (_tenantId, { recipient: to, ...letter }) => deps.mailer?.send({ to, ...letter }) ?? noMailServer,
    async webhook(tenantId, { recipient: url, key, message }) {
      const secret = await readWebhookSecret(deps, tenantId);
      if (secret === null) return noSecret;
      return postSigned(deps.agent, { url, secret, key, message, at: deps.clock.now() });
    },
  };
  return async (tenantId: number, parcel: Parcel): Promise<Outcome> => {
    const outcome = await ways[parcel.channel](tenantId, parcel);
    deps.count(parcel.channel, outcome.ok ? 'sent' : 'failed');
    return outcome;
  };
}

async function notify(
  { clientFor }: ChannelDeps,
  tenantId: number,
  { recipient, key, message }: Parcel,
): Promise<Outcome> {
  const lines = [`[B]${message.subject}[/B]`, message.text.trimEnd(), ...(message.link ? [message.link] : [])];
  try {
    const client = await clientFor(tenantId);
    const isMade = await client.notify({ userId: Number(recipient), text: lines.join('\n'), tag: `axenta-${key}` });
    return isMade ? notified : notMade;
  } catch (error) {
    if (!(error instanceof AppError) || error.code.startsWith('database_')) throw error;
    const refusal = refusals[error.code.toLowerCase()];
    if (refusal) return refusal;
    const isPassing = error instanceof Bitrix24Error && error.retryable;
    return { ok: false, code: error.code, answer: error.text, isFinal: !isPassing };
  }
}

const notified: Outcome = {
  ok: true,
  answer: { ru: 'Портал показал уведомление', en: 'The portal shows the notice' },
};

/** The portal's answer is `false`, without a reason (im-notify-system-add.md, 2026-08). */
const notMade: Outcome = {
  ...{ ok: false, code: 'notice_not_made', isFinal: true },
  answer: {
    ru: 'Портал не создал уведомление. Проверьте, что сотрудник с таким id работает на портале',
    en: 'The portal made no notice. Check that an employee with this id works in the portal',
  },
};

const noRight: Outcome = {
  ...{ ok: false, code: 'im_right_missing', isFinal: true },
  answer: followedBy(
    {
      ru: 'Вебхуку или приложению не дано право «Чат и уведомления» (im)',
      en: 'The webhook or the application lacks the permission "Chat and notifications" (im)',
    },
    {
      ru: 'Добавьте его в карточке вебхука или приложения на портале; синхронизация и другие способы оповещения работают и без него',
      en: "Add it in the webhook's or the application's card in the portal; the synchronisation and the other channels work without it",
    },
  ),
};

/**
 * One page says that only an application may call, and shows a call by webhook (im-notify-system-add.md, 2026-08): a portal may have it
 * either way.
 */
const needsApplication: Outcome = {
  ...{ ok: false, code: 'notice_needs_application', isFinal: true },
  answer: {
    ru: 'Портал принимает уведомления только от приложения, а компания подключена вебхуком. Выберите почту или вебхук, либо установите приложение',
    en: 'The portal takes notices from an application only, and the company is connected by a webhook. Choose e-mail or an outgoing webhook, or install the application',
  },
};

const refusals: Readonly<Record<string, Outcome>> = { insufficient_scope: noRight, wrong_auth_type: needsApplication };

const missing = (code: string, answer: Text): Outcome => ({ ok: false, code, answer, isFinal: true });

const noMailServer = missing('mail_server_missing', {
  ru: 'На сервере не задан почтовый сервер. Администратор сервера задаёт его переменной SMTP_URL',
  en: "The server has no mail server. The server's administrator sets it by the variable SMTP_URL",
});

const noSecret = missing('webhook_secret_missing', {
  ru: 'Нет секрета для подписи. Сохраните настройки оповещений ещё раз',
  en: 'There is no secret to sign with. Store the settings of the alerts once more',
});
