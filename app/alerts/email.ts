import { createTransport } from 'nodemailer';
import type { Language, Text } from '../lib/errors.ts';
import { redact } from '../lib/redact.ts';
import type { Outcome } from './deliveries.ts';
import type { Message } from './messages.ts';

/** A mail server, and who letters come from. */
export interface SmtpServer {
  /** With name and password where it asks for them. */
  url: string;
  from: string;
}

export interface Letter {
  to: string;
  /** The same for every attempt of a message. */
  key: string;
  message: Message;
  language: Language;
}

export type Mailer = ReturnType<typeof makeMailer>;

const waits = { connectionTimeout: 10_000, greetingTimeout: 10_000, socketTimeout: 20_000 };
const longestAnswer = 300;

/** The way to the mail server. Letters are plain text; every attempt of one has the same Message-ID. */
export function makeMailer({ url, from }: SmtpServer) {
  const transport = createTransport({ url, ...waits }, { from });
  return {
    async send({ to, key, message, language }: Letter): Promise<Outcome> {
      const { text, link, subject } = message;
      try {
        await transport.sendMail({
          ...{ to: { name: '', address: to }, subject },
          text: [text.trimEnd(), ...(link ? ['', link] : []), '', '-- ', footer[language], ''].join('\n'),
          messageId: `<${key}@${domainOf(from)}>`,
          headers: { 'Auto-Submitted': 'auto-generated' },
        });
        return { ok: true, answer: { ru: 'Почтовый сервер принял письмо', en: 'The mail server took the letter' } };
      } catch (error) {
        return refused(error as SmtpFailure);
      }
    },

    close(): void {
      transport.close();
    },
  };
}

interface SmtpFailure {
  code?: string;
  responseCode?: number;
  response?: string;
}

/** A server that has none of this recipient says so for good; everything else may pass. */
function refused({ code = 'failed', responseCode, response = '' }: SmtpFailure): Outcome {
  const said = redact(response).slice(0, longestAnswer);
  const isFinal = code === 'EENVELOPE' && (responseCode ?? 0) >= 500;
  const reason: Text = isFinal
    ? { ru: 'Почтовый сервер не принял адрес', en: 'The mail server refused the address' }
    : responseCode === undefined
      ? { ru: 'Почтовый сервер не отвечает', en: 'The mail server does not answer' }
      : { ru: 'Почтовый сервер не принял письмо', en: 'The mail server refused the letter' };
  return {
    ...{ ok: false, code: isFinal ? 'address_refused' : 'mail_refused', isFinal },
    answer: { ru: `${reason.ru} (${said || code})`, en: `${reason.en} (${said || code})` },
  };
}

function domainOf(address: string): string {
  return /@([\w.-]+)/.exec(address)?.[1] ?? 'localhost';
}

const footer: Text = {
  ru: 'Это письмо отправила синхронизация Axenta CRM и Битрикс24. Кому и о чём писать, задаёт администратор компании.',
  en: "The synchronisation of Axenta CRM and Bitrix24 has sent this letter. The company's administrator sets who is told of what.",
};
