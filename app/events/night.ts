const minuteMs = 60_000;
const dayMs = 24 * 60 * minuteMs;

/** Searches run between one and five o'clock, by the portal's own clock. */
const firstMinute = 60;
const nightMinutes = 240;

/** The first Sunday of the calendar that JavaScript counts from was three days after its first day. */
const firstSunday = 3;

/**
 * A tenant's last moment for nightly searches at or before `now`: each tenant has its own minute of the night, the same every night, so
 * that not all search at once. `utcOffsetMin`: minutes east of UTC by the portal's clock. Pure.
 */
export function lastNightlyMoment(tenantId: number, utcOffsetMin: number, now: Date): Date {
  const { day, ms } = lastMoment(tenantId, utcOffsetMin, now);
  return toUtc(day * dayMs + ms, utcOffsetMin);
}

/** The same for what runs once a week: on the night to Sunday. Pure. */
export function lastWeeklyMoment(tenantId: number, utcOffsetMin: number, now: Date): Date {
  const { day, ms } = lastMoment(tenantId, utcOffsetMin, now);
  const sunday = day - ((((day - firstSunday) % 7) + 7) % 7);
  return toUtc(sunday * dayMs + ms, utcOffsetMin);
}

/** Days since 1970 by the portal's calendar, and the time of day. */
function lastMoment(tenantId: number, utcOffsetMin: number, now: Date): { day: number; ms: number } {
  const ms = (firstMinute + Math.floor(spread(tenantId) * nightMinutes)) * minuteMs;
  return { day: Math.floor((now.getTime() + utcOffsetMin * minuteMs - ms) / dayMs), ms };
}

function toUtc(localMs: number, utcOffsetMin: number): Date {
  return new Date(localMs - utcOffsetMin * minuteMs);
}

/** 0 to 1, by Knuth's multiplicative hash: neighbouring ids lie far apart, and any run of ids is spread evenly. */
function spread(tenantId: number): number {
  return (Math.imul(tenantId, 2_654_435_761) >>> 0) / 2 ** 32;
}
