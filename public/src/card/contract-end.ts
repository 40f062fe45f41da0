/** How a manager should look at the end of a contract. */
export interface ContractEnd {
  /** Calendar days until the last day, 0 on it; negative when it is over; null for a contract without an end. */
  days: number | null;
  /** Something is to be done about it soon, or should have been. */
  isNear: boolean;
}

const dayMs = 86_400_000;
/** A contract is prolonged within a month. */
const nearDays = 30;

/** Judges `end` (`2026-12-31`, or nothing) on the calendar day of `now` where the reader is. Pure. */
export function judgeEnd(end: string | null | undefined, now: Date): ContractEnd {
  if (!end) return { days: null, isNear: false };
  const today = Date.UTC(now.getFullYear(), now.getMonth(), now.getDate());
  const days = Math.round((Date.parse(`${end.slice(0, 10)}T00:00:00Z`) - today) / dayMs);
  return { days, isNear: days <= nearDays };
}
