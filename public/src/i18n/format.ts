import { language } from './language.ts';

/** English dates are those of most readers of English: the day before the month. */
const locale = () => (language.value === 'en' ? 'en-GB' : language.value);

/** `25.11.2026, 14:09` in the page's language and the browser's time zone; a dash for nothing. */
export function formatTime(iso: string | null | undefined): string {
  if (!iso) return '—';
  return new Date(iso).toLocaleString(locale(), { dateStyle: 'short', timeStyle: 'short' });
}

/** A moment to the second: `12:04:31` of today, with its date of another day. */
export function formatMoment(iso: string): string {
  const moment = new Date(iso);
  const isToday = moment.toDateString() === new Date().toDateString();
  return isToday
    ? moment.toLocaleTimeString(locale(), { timeStyle: 'medium' })
    : moment.toLocaleString(locale(), { dateStyle: 'short', timeStyle: 'medium' });
}

/** `14:00` of a moment. */
export function formatHour(iso: string): string {
  return new Date(iso).toLocaleTimeString(locale(), { hour: '2-digit', minute: '2-digit' });
}

/** A calendar date `2026-11-25` as people write it; a dash for nothing. */
export function formatDate(date: string | null | undefined): string {
  if (!date) return '—';
  return new Date(`${date.slice(0, 10)}T00:00:00Z`).toLocaleDateString(locale(), { timeZone: 'UTC' });
}

export function formatNumber(value: number): string {
  return value.toLocaleString(locale());
}

/** A share between 0 and 1 as whole percents. */
export function formatShare(share: number): string {
  return share.toLocaleString(locale(), { style: 'percent', maximumFractionDigits: 0 });
}

/** Seconds as `1 ч 05 мин`, `3 мин 20 с` or `12 с`. */
export function formatDuration(seconds: number): string {
  const words = language.value === 'ru' ? { h: 'ч', m: 'мин', s: 'с' } : { h: 'h', m: 'min', s: 's' };
  const whole = Math.max(0, Math.round(seconds));
  const [hours, minutes] = [Math.floor(whole / 3600), Math.floor((whole % 3600) / 60)];
  if (hours > 0) return `${hours} ${words.h} ${String(minutes).padStart(2, '0')} ${words.m}`;
  if (minutes > 0) return `${minutes} ${words.m} ${String(whole % 60).padStart(2, '0')} ${words.s}`;
  return `${whole} ${words.s}`;
}
