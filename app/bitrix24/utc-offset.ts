/**
 * Minutes east of UTC of a moment such as `2026-05-14T10:26:32+02:00`, or null when it does not say. `time.date_start` of an answer carries
 * the offset of the portal's server (answers of crm.item.add recorded in 2026-05); it changes with daylight saving time. Pure.
 */
export function utcOffsetOf(moment: string | undefined): number | null {
  if (moment?.endsWith('Z')) return 0;
  const [, sign, hours, minutes] = /([+-])(\d\d):?(\d\d)$/.exec(moment ?? '') ?? [];
  if (!sign) return null;
  return (sign === '-' ? -1 : 1) * (Number(hours) * 60 + Number(minutes));
}
