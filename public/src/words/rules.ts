import type { Phrase } from '../i18n/phrase.ts';

/** Conflicts and deletions. */
export const ruleWords = {
  held: {
    ru: 'Если за час пропадёт больше 5 записей и больше 5 % записей одного вида, удаления на второй стороне подождут вашего решения',
    en: 'If more than 5 records and more than 5 % of one kind disappear within an hour, deletions on the other side wait for your decision',
  },
  openConflicts: { ru: 'Открытые конфликты: {count}', en: 'Open conflicts: {count}' },
  heldNow: { ru: 'Удаления, которые ждут решения: {count}', en: 'Deletions waiting for a decision: {count}' },
} as const satisfies Record<string, Phrase>;
