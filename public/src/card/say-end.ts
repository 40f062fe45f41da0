import { formatDate } from '../i18n/format.ts';
import { say } from '../i18n/translate.ts';
import { cardWords } from '../words/card.ts';
import { judgeEnd } from './contract-end.ts';

/** The end of a contract in a manager's words; how many days are left is told when they are few. */
export function sayEnd(end: string | null | undefined, now: Date): { text: string; isNear: boolean } {
  const { days, isNear } = judgeEnd(end, now);
  if (days === null) return { text: say(cardWords.endsNever), isNear };
  const date = formatDate(end);
  if (!isNear) return { text: date, isNear };
  if (days < 0) return { text: say(cardWords.endedOn, { date }), isNear };
  return {
    text: days === 0 ? say(cardWords.endsToday, { date }) : say(cardWords.endsIn, { date, count: days }),
    isNear,
  };
}
