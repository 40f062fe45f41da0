import { expect } from 'chai';
import fc from 'fast-check';
import { backoffMs } from '../../../../app/sync/faults/backoff.ts';

const minute = 60_000;
const hour = 3_600_000;

describe('backoffMs', () => {
  for (const [attempt, expected] of [
    [1, minute],
    [2, 2 * minute],
    [3, 4 * minute],
    [6, 32 * minute],
    [7, hour],
    [30, hour],
    [2000, hour],
  ] as const) {
    it(`waits ${expected / minute} minutes before the attempt after number ${attempt}`, () => {
      expect(backoffMs(attempt, minute, 0.5)).to.equal(expected);
    });
  }

  it('strays by a fifth, so that what failed together does not come back together, and never beyond an hour', () => {
    const attempts = fc.integer({ min: 1, max: 100 });
    fc.assert(
      fc.property(attempts, fc.double({ min: 0, max: 1, noNaN: true }), (attempt, random) => {
        const middle = Math.min(hour, minute * 2 ** (attempt - 1));
        const wait = backoffMs(attempt, minute, random);
        expect(wait)
          .to.be.at.least(Math.floor(middle * 0.8))
          .and.at.most(Math.min(hour, Math.ceil(middle * 1.2)));
        expect(Number.isInteger(wait)).to.equal(true);
      }),
    );
  });
});
