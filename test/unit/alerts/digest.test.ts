import { expect } from 'chai';
import fc from 'fast-check';
import { lastDigestMoment } from '../../../app/alerts/digest.ts';

const dayMs = 86_400_000;

describe('the moment of a digest', () => {
  for (const [hour, offset, now, moment] of [
    [9, 180, '2026-11-26T06:00:00Z', '2026-11-26T06:00:00.000Z'],
    [9, 180, '2026-11-26T05:59:59Z', '2026-11-25T06:00:00.000Z'],
    [23, 330, '2026-11-26T17:30:00Z', '2026-11-26T17:30:00.000Z'],
    [0, -300, '2026-11-26T04:00:00Z', '2026-11-25T05:00:00.000Z'],
  ] as const) {
    it(`is ${moment} for ${hour} o'clock at UTC${offset < 0 ? '' : '+'}${offset / 60} when it is ${now}`, () => {
      expect(lastDigestMoment(hour, offset, new Date(now)).toISOString()).to.equal(moment);
    });
  }

  it('is the last one of its hour by the portal’s clock, less than a day ago, whatever the zone', () => {
    const zones = fc.integer({ min: -48, max: 56 }).map((quarter) => quarter * 15);
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 23 }), zones, fc.integer({ min: 0, max: 4e12 }), (hour, offset, now) => {
        const moment = lastDigestMoment(hour, offset, new Date(now)).getTime();
        expect(now - moment).to.be.within(0, dayMs - 1);
        expect(new Date(moment + offset * 60_000).toISOString()).to.include(`T${String(hour).padStart(2, '0')}:00:00`);
      }),
    );
  });
});
