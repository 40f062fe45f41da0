import type { ActivityQuery } from '../api/activity.ts';
import { kinds } from '../api/kinds.ts';

/** What the activity is narrowed by, as its address holds it; `all` and an empty text narrow nothing. */
export const everyLine = {
  part: 'changes',
  kind: 'all',
  record: '',
  direction: 'all',
  actor: '',
  field: '',
  since: '',
  until: '',
};
export type ActivityState = typeof everyLine;

/** The texts that an address may hold. */
export const knownActivityTexts = {
  part: ['changes', 'runs'],
  kind: ['all', ...kinds],
  direction: ['all', 'to_bitrix', 'from_bitrix'],
};

/** A day of the person's own calendar as a moment; `days` later. Undefined: no day. */
function momentOf(day: string, days = 0): string | undefined {
  if (!/^\d{4}-\d\d-\d\d$/.test(day)) return undefined;
  const moment = new Date(`${day}T00:00:00`);
  moment.setDate(moment.getDate() + days);
  return Number.isNaN(moment.getTime()) ? undefined : moment.toISOString();
}

/** The query of the stream: `until` is the last day that is shown. Pure but for the time zone. */
export function toActivityQuery({ kind, record, direction, actor, field, since, until }: ActivityState): ActivityQuery {
  return {
    local_type: kind === 'all' ? undefined : kind,
    local_id: /^[1-9]\d{0,8}$/.test(record) ? record : undefined,
    direction: direction === 'all' ? undefined : direction,
    actor: actor || undefined,
    field: field || undefined,
    since: momentOf(since),
    until: momentOf(until, 1),
  };
}

/** What of the filter differs from the usual, as it is saved under a name. Pure. */
export function toSavedActivity(filter: ActivityState): Record<string, string> {
  return Object.fromEntries(
    Object.entries(filter).filter(([key, value]) => everyLine[key as keyof ActivityState] !== value),
  );
}
