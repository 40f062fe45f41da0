import { expect } from 'chai';
import fc from 'fast-check';
import { lastNightlyMoment, lastWeeklyMoment } from '../../../app/events/night.ts';

const minute = 60_000;
const day = 1440 * minute;
const moscow = 180;

/** The clock on the portal's wall. */
const wall = (moment: Date, offset: number) => new Date(moment.getTime() + offset * minute).toISOString().slice(0, 16);

describe('the moment of nightly searches', () => {
  const own = wall(lastNightlyMoment(7, moscow, new Date('2026-11-26T12:00:00Z')), moscow).slice(11);
  for (const [name, now, offset, expectedDay] of [
    ['at noon it was last night', '2026-11-26T12:00:00+03:00', moscow, '2026-11-26'],
    ['at half past midnight it was the night before', '2026-11-26T00:30:00+03:00', moscow, '2026-11-25'],
    ['Novosibirsk has its own night', '2026-11-26T05:30:00+07:00', 420, '2026-11-26'],
    ['Novosibirsk is asleep while Moscow still works', '2026-11-26T00:30:00+07:00', 420, '2026-11-25'],
    ['west of Greenwich too', '2026-11-26T05:30:00-05:00', -300, '2026-11-26'],
    ['half hours count', '2026-11-26T05:30:00+05:30', 330, '2026-11-26'],
  ] as const) {
    it(`${name}: ${now} → ${expectedDay}`, () => {
      expect(wall(lastNightlyMoment(7, offset, new Date(now)), offset)).to.equal(`${expectedDay}T${own}`);
    });
  }

  for (const [now, expectedDay] of [
    ['2026-11-26T12:00:00+03:00', '2026-11-22'],
    ['2026-11-29T12:00:00+03:00', '2026-11-29'],
    ['2026-11-29T00:30:00+03:00', '2026-11-22'],
    ['1969-12-31T12:00:00+03:00', '1969-12-28'],
  ] as const) {
    it(`once a week it is the night to Sunday: ${now} → ${expectedDay}`, () => {
      expect(wall(lastWeeklyMoment(7, moscow, new Date(now)), moscow)).to.equal(`${expectedDay}T${own}`);
    });
  }

  const cases = [
    fc.integer({ min: 1, max: 2_147_483_647 }),
    fc.integer({ min: -720, max: 840 }),
    fc.integer({ min: Date.parse('2026-01-01'), max: Date.parse('2030-01-01') }),
  ] as const;

  it('lies between one and five o’clock there, in the last day and night', () => {
    fc.assert(
      fc.property(...cases, (tenantId, offset, now) => {
        const moment = lastNightlyMoment(tenantId, offset, new Date(now));
        expect(now - moment.getTime()).to.be.within(0, day - 1);
        expect(Number(wall(moment, offset).slice(11, 13))).to.be.within(1, 4);
      }),
    );
  });

  it('comes once a day and once a week', () => {
    fc.assert(
      fc.property(...cases, (tenantId, offset, now) => {
        const nightly = (ms: number) => lastNightlyMoment(tenantId, offset, new Date(ms)).getTime();
        expect(nightly(now + day) - nightly(now)).to.equal(day);
        const weekly = (ms: number) => lastWeeklyMoment(tenantId, offset, new Date(ms)).getTime();
        expect(weekly(now + 7 * day) - weekly(now)).to.equal(7 * day);
        expect(now - weekly(now)).to.be.within(0, 7 * day - 1);
      }),
    );
  });

  it('spreads sixty companies over the night: at most five in ten minutes', () => {
    const slots = new Map<number, number>();
    for (let id = 1; id <= 60; id += 1) {
      const slot = Math.floor(
        lastNightlyMoment(id, moscow, new Date('2026-11-26T12:00:00Z')).getTime() / (10 * minute),
      );
      slots.set(slot, (slots.get(slot) ?? 0) + 1);
    }
    expect(Math.max(...slots.values())).to.be.at.most(5);
    expect(slots.size).to.be.at.least(18);
  });
});
