import type { Language, Text } from '../lib/errors.ts';
import type { Alert } from './alert-store.ts';
import { type Cause, titles, viewOf } from './causes.ts';

export type AlertEvent = 'begin' | 'recovery' | 'digest' | 'test';

/** A message as every channel gets it. */
export interface Message {
  event: AlertEvent;
  cause: Cause | null;
  subject: string;
  /** Plain text, one thought a line. */
  text: string;
  /** The page on which it is mended; null while the server does not know its own address. */
  link: string | null;
  at: string;
  company: { id: number; name: string };
  alerts: { cause: Cause; subject: string; since: string; ended_at: string | null; what: string; advice: string }[];
}

/** Who writes to whom. */
export interface Letterhead {
  company: { id: number; name: string };
  language: Language;
  publicUrl: string | undefined;
  /** Minutes east of UTC by the portal's clock. */
  utcOffsetMin: number;
}

/** Texts of one cause that began or is over, or of all that is open, or of a trial. Pure. */
export function writeMessage(
  event: AlertEvent,
  { cause, alerts, now }: { cause: Cause | null; alerts: readonly Alert[]; now: Date },
  head: Letterhead,
): Message {
  const { language, company, publicUrl } = head;
  const lines = alerts.flatMap((alert) => linesOf(event, alert, head));
  return {
    event,
    cause,
    subject: `Axenta, ${company.name}: ${subjectOf(event, cause, alerts.length)[language]}`.replace(/\s+/g, ' '),
    text: (lines.length > 0 ? lines : [trial[language]]).join('\n'),
    link: publicUrl === undefined ? null : `${publicUrl.replace(/\/+$/, '')}/#/${cause ? viewOf[cause] : 'overview'}`,
    at: now.toISOString(),
    company,
    alerts: alerts.map(({ cause: one, subject, since, endedAt, what, advice }) => ({
      ...{ cause: one, subject, since: since.toISOString(), ended_at: endedAt?.toISOString() ?? null },
      ...{ what: what[language], advice: advice[language] },
    })),
  };
}

function subjectOf(event: AlertEvent, cause: Cause | null, count: number): Text {
  if (event === 'test') return { ru: 'проверка оповещений', en: 'a trial of the alerts' };
  if (cause && event !== 'digest') return titles[cause][event];
  return { ru: `требует внимания: ${count}`, en: `needs attention: ${count}` };
}

function linesOf(event: AlertEvent, { what, advice, since }: Alert, head: Letterhead): string[] {
  const { language } = head;
  const begun = { ru: 'С', en: 'Since' }[language];
  const lines = [`${what[language]}.`, `${begun} ${clockTime(since, head)}.`];
  if (event === 'recovery') return [`${{ ru: 'Было так', en: 'It was so' }[language]}: ${lines.join(' ')}`];
  return [...lines, `${advice[language]}.`, ''];
}

const trial: Text = {
  ru: 'Это проверка: так будут приходить оповещения о синхронизации с Битрикс24. Делать ничего не нужно.',
  en: 'This is a trial: alerts of the synchronisation with Bitrix24 will come like this. Nothing is to be done.',
};

/** `26.11.2026 14:05 (UTC+3)`, by the portal's clock. */
function clockTime(moment: Date, { utcOffsetMin }: Letterhead): string {
  const [day = '', time = ''] = new Date(moment.getTime() + utcOffsetMin * 60_000).toISOString().split('T');
  const minutes = Math.abs(utcOffsetMin);
  const zone = `${Math.floor(minutes / 60)}${minutes % 60 === 0 ? '' : `:${minutes % 60}`}`;
  return `${day.split('-').reverse().join('.')} ${time.slice(0, 5)} (UTC${utcOffsetMin < 0 ? '-' : '+'}${zone})`;
}
