const halfDayMs = 43_200_000;

/**
 * A value of a `date` field as a bare day. Bitrix24 writes the day's midnight plus the server's offset of today, in the server's zone:
 * `2026-09-01T03:00:00+03:00`, but `2026-08-31T19:00:00-05:00` west of Greenwich, and an hour beside it across a change of summer time
 * (`CRestUtil::ConvertDate`, bitrix/modules/rest/classes/general/rest_util.php). So the nearest midnight of UTC is meant. A plain
 * midnight, a bare day and anything else stay as they are.
 */
export function calendarDay(value: unknown): unknown {
  if (typeof value !== 'string' || !/^\d{4}-\d\d-\d\dT(?!00:00:00)/.test(value)) return value;
  const instant = Date.parse(value);
  return Number.isNaN(instant) ? value : new Date(instant + halfDayMs).toISOString().slice(0, 10);
}
