import { expect } from 'chai';
import fc from 'fast-check';
import { forecast, type PortalState } from '../../../app/bitrix24/limits/forecast.ts';
import { emptyBudget, type MethodBudget } from '../../../app/bitrix24/limits/pacer.ts';

const now = Date.parse('2026-11-26T10:00:00Z');
const add = 'crm.item.add';

function portal(methods: Record<string, Partial<MethodBudget>> = {}, level = 0): PortalState {
  const known = Object.entries(methods).map(([name, budget]): [string, MethodBudget] => [
    name,
    { ...emptyBudget, refreshedAt: now, ...budget },
  ]);
  return { now, bucket: { size: 50, drain: 2, level }, methods: new Map(known) };
}

describe('the forecast of what work takes on a portal', () => {
  const cases: {
    name: string;
    calls: number;
    cost: number | null;
    spent?: number;
    level?: number;
    seconds: number;
    bound: string;
  }[] = [
    { name: 'few calls: the portal’s own work', calls: 100, cost: 0.2, seconds: 3, bound: 'work' },
    {
      name: 'quick calls by the thousand: the rate of requests',
      calls: 5000,
      cost: 0.01,
      seconds: 31,
      bound: 'requests',
    },
    {
      name: 'a bucket that is nearly full: the same work waits for it',
      calls: 500,
      cost: 0.01,
      level: 45,
      seconds: 5,
      bound: 'requests',
    },
    {
      name: 'slow calls by the thousand: execution time, by its sustained rate',
      calls: 3000,
      cost: 0.5,
      seconds: 1464,
      bound: 'execution_time',
    },
    { name: 'a budget that is spent already', calls: 100, cost: 0.5, spent: 400, seconds: 83, bound: 'execution_time' },
    { name: 'a method that was never measured is assumed', calls: 800, cost: null, seconds: 10, bound: 'work' },
  ];
  for (const { name, calls, cost, spent = 0, level = 0, seconds, bound } of cases) {
    it(`${name}`, () => {
      const state = portal(cost === null ? {} : { [add]: { cost, level: spent } }, level);
      const found = forecast([{ method: add, calls }], 0, state);
      expect(found).to.include({ seconds, bound });
      expect(found.methods[0]).to.include({ method: add, calls, measured: cost !== null });
    });
  }

  it('counts no time where nothing is to be done', () => {
    expect(forecast([], 0, portal())).to.deep.equal({ seconds: 0, requests: 0, bound: 'requests', methods: [] });
  });

  it('never falls with more work, and never is less than what any one limit needs', () => {
    const numbers = {
      calls: fc.nat(200_000),
      more: fc.nat(1000),
      cost: fc.double({ min: 0.001, max: 5, noNaN: true }),
    };
    fc.assert(
      fc.property(fc.record(numbers), ({ calls, more, cost }) => {
        const state = portal({ [add]: { cost } });
        const one = forecast([{ method: add, calls }], 0, state);
        const other = forecast([{ method: add, calls: calls + more }], 0, state);
        expect(other.seconds).to.be.at.least(one.seconds);
        expect(one.seconds).to.be.at.least(Math.floor((calls * cost - 480) / 0.8));
      }),
    );
  });
});
