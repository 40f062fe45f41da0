const hourMs = 3_600_000;
const dayMs = 24 * hourMs;

/** The last moment at or before `now` at which it was this hour by the portal's clock. `utcOffsetMin`: minutes east of UTC. Pure. */
export function lastDigestMoment(hour: number, utcOffsetMin: number, now: Date): Date {
  const offsetMs = utcOffsetMin * 60_000;
  const day = Math.floor((now.getTime() + offsetMs - hour * hourMs) / dayMs);
  return new Date(day * dayMs + hour * hourMs - offsetMs);
}
