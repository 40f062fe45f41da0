import { expect } from 'chai';
import fc from 'fast-check';
import { completeUntil } from '../../../../app/sync/journal/completeness.ts';

const at = (minute: number) => new Date(Date.UTC(2026, 0, 1, 12, minute));
const now = at(30);
const swept = (object: number, user = 30, contract = 30) => ({
  object: at(object),
  user: at(user),
  contract: at(contract),
});

describe('the moment up to which every change is applied', () => {
  const cases: [name: string, oldest: number | null, seen: ReturnType<typeof swept>, expected: number][] = [
    ['is now when nothing waits and all kinds were just swept', null, swept(30), 30],
    ['is the oldest change that waits', 12, swept(30), 12],
    ['is the end of the last sweep when nothing waits', null, swept(20), 20],
    ['is that of the kind that was swept longest ago', null, swept(20, 15, 25), 15],
    ['is the change when it is older than the sweep', 10, swept(20), 10],
    ['is the sweep when it is older than the change', 25, swept(20), 20],
    ['is never later than now, however far the clock of the portal is ahead', null, swept(45, 45, 45), 30],
    ['is never later than now for an entry of tomorrow', 59, swept(30), 30],
  ];
  for (const [name, oldest, seenUntil, expected] of cases) {
    it(name, () => {
      const oldestQueuedAt = oldest === null ? null : at(oldest);
      expect(completeUntil({ now, oldestQueuedAt, seenUntil })).to.deep.equal(at(expected));
    });
  }

  it('cannot be told while a kind was never swept', () => {
    const { contract: _, ...others } = swept(30);
    expect(completeUntil({ now, oldestQueuedAt: null, seenUntil: others })).to.equal(null);
    expect(completeUntil({ now, oldestQueuedAt: at(3), seenUntil: {} })).to.equal(null);
  });

  it('is never later than anything that it rests on', () => {
    const moment = fc.integer({ min: 0, max: 59 });
    fc.assert(
      fc.property(fc.option(moment), moment, moment, moment, (oldest, object, user, contract) => {
        const seenUntil = swept(object, user, contract);
        const found = completeUntil({ now, oldestQueuedAt: oldest === null ? null : at(oldest), seenUntil });
        const bounds = [30, object, user, contract, ...(oldest === null ? [] : [oldest])];
        expect(found).to.deep.equal(at(Math.min(...bounds)));
      }),
    );
  });
});
