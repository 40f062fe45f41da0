/** A moment as the portal writes it: whole seconds with the server's offset. */
export function toWireTime(ms: number, offsetMinutes: number): string {
  const local = new Date(ms + offsetMinutes * 60_000).toISOString().slice(0, 19);
  const sign = offsetMinutes < 0 ? '-' : '+';
  const two = (value: number) => String(value).padStart(2, '0');
  const minutes = Math.abs(offsetMinutes);
  return `${local}${sign}${two(Math.floor(minutes / 60))}:${two(minutes % 60)}`;
}

/** A calendar day as the portal writes it: midnight in UTC, shown in the server's zone. */
export function toWireDate(date: string, offsetMinutes: number): string {
  return toWireTime(Date.parse(`${date}T00:00:00Z`), offsetMinutes);
}
