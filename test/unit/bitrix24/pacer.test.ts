import { expect } from 'chai';
import fc from 'fast-check';
import {
  batchSizeFor,
  block,
  emptyBudget,
  levelAt,
  type MethodBudget,
  spend,
  waitFor,
} from '../../../app/bitrix24/limits/pacer.ts';
import { PortalLimits } from '../../portal/limits.ts';
import { defaultSwitches, type PortalSwitches } from '../../portal/switches.ts';

const lane = (changes: Partial<MethodBudget>): MethodBudget => ({ ...emptyBudget, ...changes });

describe('batchSizeFor', () => {
  for (const [cost, size] of [
    [null, 8],
    [0, 50],
    [0.05, 50],
    [0.1, 30],
    [0.5, 6],
    [1, 3],
    [3.2, 1],
    [60, 1],
  ] as const) {
    it(`packs ${size} calls of ${cost ?? 'unknown'} seconds`, () =>
      expect(batchSizeFor(lane({ cost }))).to.equal(size));
  }
});

describe('waitFor', () => {
  it('waits for nothing while the burst lasts', () => {
    expect(waitFor(lane({ cost: 1, level: 300 }), 50, 0)).to.equal(0);
  });

  it('waits for as long as the sustained rate needs for what is over', () => {
    expect(waitFor(lane({ cost: 1, level: 408 }), 38, 0)).to.equal(Math.ceil((38 / 0.76) * 1000));
  });

  it('waits until a closed lane opens', () => {
    expect(waitFor(lane({ blockedUntil: 90_000 }), 1, 30_000)).to.equal(60_000);
  });

  it('lets a request that is larger than everything through, once the lane is empty', () => {
    expect(waitFor(lane({ cost: 1000 }), 50, 0)).to.equal(0);
  });

  it('never promises a wait after which it waits again', () => {
    const lanes = fc.record({
      level: fc.double({ min: 0, max: 600, noNaN: true }),
      cost: fc.double({ min: 0, max: 60, noNaN: true }),
      refreshedAt: fc.integer({ min: 0, max: 600_000 }),
      blockedUntil: fc.option(fc.integer({ min: 0, max: 600_000 })),
    });
    fc.assert(
      fc.property(
        lanes,
        fc.integer({ min: 1, max: 50 }),
        fc.integer({ min: 0, max: 600_000 }),
        (values, calls, now) => {
          const wait = waitFor(lane(values), calls, now);
          expect(waitFor(lane(values), calls, now + wait)).to.be.at.most(1);
        },
      ),
    );
  });
});

describe('levelAt', () => {
  it('regains nothing before the portal forgets', () => {
    const near = { calls: 10, seconds: 5, operating: 430, resetAt: 100_000 };
    const after = spend(lane({ refreshedAt: 40_000 }), 40_000, near);
    expect(levelAt(after, 99_000)).to.equal(430);
    expect(levelAt(after, 200_000)).to.be.closeTo(430 - 76, 1e-9);
  });
  it('believes no moment that the portal cannot have meant', () => {
    const after = spend(emptyBudget, 0, { calls: 10, seconds: 5, operating: 430, resetAt: 86_400_000 });
    expect(levelAt(after, 100_000)).to.be.closeTo(430 - 76, 1e-9);
  });
});

describe('block', () => {
  it('closes the lane until the moment that the portal named, else for a minute', () => {
    expect(block(emptyBudget, 1000, 50_000).blockedUntil).to.equal(50_000);
    expect(block(emptyBudget, 60_000, 50_000).blockedUntil).to.equal(120_000);
    expect(block(emptyBudget, 1000, null).blockedUntil).to.equal(61_000);
    expect(levelAt(block(emptyBudget, 1000, null), 1000)).to.equal(408);
  });
});

describe('spend', () => {
  it('believes the portal when it counts more than we do', () => {
    expect(spend(emptyBudget, 0, { calls: 10, seconds: 5, operating: 200, resetAt: null }).level).to.equal(200);
    expect(spend(emptyBudget, 0, { calls: 10, seconds: 5, operating: 2, resetAt: null }).level).to.equal(5);
  });
  it('averages the cost of a call, the latest measurement first', () => {
    const first = spend(emptyBudget, 0, { calls: 10, seconds: 5, operating: null, resetAt: null });
    expect(first.cost).to.equal(0.5);
    expect(spend(first, 0, { calls: 10, seconds: 15, operating: null, resetAt: null }).cost).to.be.closeTo(0.8, 1e-9);
    expect(spend(first, 0, { calls: 0, seconds: 0, operating: null, resetAt: null }).cost).to.equal(0.5);
  });
});

/** One stream of batches against the portal's own accounting; returns what each took and when. Seconds. */
function stream(switches: PortalSwitches, costs: readonly number[], hours: number) {
  let nowMs = 1_800_000_000_000;
  const startedAt = nowMs;
  const portal = new PortalLimits(switches, () => nowMs);
  const spent: { at: number; seconds: number }[] = [];
  let own: MethodBudget = emptyBudget;
  let waited = 0;
  for (let n = 0; nowMs - startedAt < hours * 3_600_000; n++) {
    const calls = batchSizeFor(own);
    const wait = waitFor(own, calls, nowMs);
    nowMs += wait;
    waited += wait / 1000;
    // Throws where the portal would refuse.
    portal.checkTime('webhook', 'crm.item.add');
    const seconds = calls * (costs[n % costs.length] ?? 1);
    nowMs += Math.ceil(seconds * 1000);
    portal.addTime('webhook', 'crm.item.add', seconds);
    spent.push({ at: (nowMs - startedAt) / 1000, seconds });
    const { operating = null, operating_reset_at: resetAt } = portal.report('webhook', 'crm.item.add');
    own = spend(own, nowMs, { calls, seconds, operating, resetAt: resetAt ? resetAt * 1000 : null });
  }
  return { spent, waited, refusals: portal.counts.timeRefusals };
}

function mostInTenMinutes(spent: readonly { at: number; seconds: number }[]): number {
  let most = 0;
  for (const { at } of spent) {
    const inWindow = spent.filter((one) => one.at > at - 600 && one.at <= at);
    most = Math.max(
      most,
      inWindow.reduce((sum, one) => sum + one.seconds, 0),
    );
  }
  return most;
}

describe('a stream of batches', () => {
  const noise = fc.array(fc.double({ min: 0.5, max: 1.5, noNaN: true }), { minLength: 1, maxLength: 8 });
  const base = fc.double({ min: 0.02, max: 3.2, noNaN: true });

  it('is never refused, and never spends more than the portal grants in any ten minutes', () => {
    fc.assert(
      fc.property(base, noise, (cost, factors) => {
        const { spent } = stream(
          defaultSwitches,
          factors.map((factor) => cost * factor),
          1,
        );
        expect(mostInTenMinutes(spent)).to.be.at.most(480);
      }),
      { numRuns: 60 },
    );
  });

  it('uses what it is granted: two thirds and more of the sustained maximum', () => {
    for (const cost of [0.1, 0.48, 1.35]) {
      const { spent } = stream(defaultSwitches, [cost], 3);
      const perSecond = spent.reduce((sum, one) => sum + one.seconds, 0) / (3 * 3600);
      expect(perSecond, `with ${cost} s a call`).to.be.within(0.53, 0.82);
    }
  });
});
