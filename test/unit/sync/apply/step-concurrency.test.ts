import { expect } from 'chai';
import { StepConcurrency } from '../../../../app/sync/apply/step-concurrency.ts';

/** A portal that bore so many more steps than the first two. */
function learned(steps: number): StepConcurrency {
  const concurrency = new StepConcurrency();
  for (let n = 0; n < steps; n += 1) concurrency.note('object create', 0.044);
  return concurrency;
}

describe('steps of one tenant side by side', () => {
  it('are two at first, one more with each that cost no more, eight at most', () => {
    expect([0, 1, 3, 6, 20].map((steps) => learned(steps).limit)).to.deep.equal([2, 3, 5, 8, 8]);
  });

  it('become fewer when a call costs half as much again, down to one', () => {
    const concurrency = learned(2);
    for (let n = 0; n < 10; n += 1) concurrency.note('object create', 0.1);
    expect(concurrency.limit).to.equal(1);
  });
});

describe('records of the next step', () => {
  const cases: [what: string, steps: number, fit: number, cost: number, left: number | null, size: number][] = [
    ['are few while two steps may be in flight, so that it is soon known whether more may', 0, 50, 0.05, null, 20],
    ['are more with each step that the portal bore', 4, 50, 0.05, null, 38],
    ['are all that fit when eight may be in flight', 6, 50, 0.05, null, 50],
    ['are all that fit where a call takes no time', 0, 50, 0.002, null, 50],
    ['are the last ones shared among all places, so that they end together', 6, 50, 0.05, 200, 25],
    [
      'are never fewer than fill a second: each step is one of the requests that the portal allows',
      6,
      50,
      0.044,
      60,
      23,
    ],
    ['are all that fit as long as enough are left for half of the places', 6, 50, 0.044, 201, 50],
    ['are no more than fit where two calls take three seconds', 6, 1, 1.5, 100, 1],
  ];
  for (const [what, steps, fit, cost, left, size] of cases) {
    it(what, () => {
      expect(learned(steps).sizeOf({ fit, cost, left, sent: 20 })).to.equal(size);
    });
  }

  it('are all that fit in a small load: it has no requests to spare', () => {
    expect(learned(6).sizeOf({ fit: 50, cost: 0.05, left: 100, sent: 2 })).to.equal(50);
  });

  it('are all that fit on a portal that was found to bear little', () => {
    const concurrency = learned(2);
    for (let n = 0; n < 10; n += 1) concurrency.note('object create', 0.1);
    expect(concurrency.sizeOf({ fit: 30, cost: 0.1, left: null, sent: 20 })).to.equal(30);
  });
});
