import { expect } from 'chai';
import fc from 'fast-check';
import { calendarDay } from '../../../app/bitrix24/calendar-day.ts';

/** The portal's own way to write a day: its midnight plus today's offset, rendered with the offset of that moment. */
function written(day: string, offsetThen: number, offsetNow: number): string {
  const midnight = Date.parse(`${day}T00:00:00Z`) - offsetThen * 60_000;
  const shown = new Date(midnight + (offsetNow + offsetThen) * 60_000).toISOString().slice(0, 19);
  const absolute = Math.abs(offsetThen);
  const pad = (part: number) => String(Math.trunc(part)).padStart(2, '0');
  return `${shown}${offsetThen < 0 ? '-' : '+'}${pad(absolute / 60)}:${pad(absolute % 60)}`;
}

describe('calendarDay', () => {
  for (const [wire, day] of [
    ['2026-09-01T03:00:00+03:00', '2026-09-01'],
    ['2026-09-01T02:00:00+02:00', '2026-09-01'],
    ['2026-08-31T19:00:00-05:00', '2026-09-01'],
    ['2026-09-01T12:00:00+12:00', '2026-09-01'],
    ['2025-12-31T21:00:00-03:00', '2026-01-01'],
    ['2026-09-01T00:00:00+03:00', '2026-09-01T00:00:00+03:00'],
    ['2026-09-01', '2026-09-01'],
    ['', ''],
    ['soon', 'soon'],
    ['-0001-11-30T00:00:00+02:30', '-0001-11-30T00:00:00+02:30'],
    ['2026-99-99T03:00:00+03:00', '2026-99-99T03:00:00+03:00'],
    [null, null],
    [false, false],
  ] as const) {
    it(`reads ${JSON.stringify(wire)} as ${JSON.stringify(day)}`, () => expect(calendarDay(wire)).to.equal(day));
  }

  it('gives back every day that a portal writes, in every zone, across every change of summer time', () => {
    const days = fc.date({ min: new Date('1990-01-01'), max: new Date('2080-01-01'), noInvalidDate: true });
    const offsets = fc.integer({ min: -48, max: 56 }).map((quarters) => quarters * 15);
    fc.assert(
      fc.property(days, offsets, fc.constantFrom(-60, 0, 60), (date, offset, summer) => {
        const day = date.toISOString().slice(0, 10);
        const read = String(calendarDay(written(day, offset, offset + summer)));
        expect(read.slice(0, 10)).to.equal(day);
      }),
    );
  });
});
