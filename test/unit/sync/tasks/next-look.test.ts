import { expect } from 'chai';
import { nextLookAt } from '../../../../app/sync/tasks/next-look.ts';

describe('when a task is looked at without an event', () => {
  const now = new Date('2026-11-26T12:00:00Z');
  const days = (count: number) => new Date(now.getTime() + count * 86_400_000);
  const next = (status: 'pending' | 'completed' | 'declined' | 'gone', changedAt: Date | null) =>
    nextLookAt({ lookEverySec: 600 }, { status, changedAt }, now);

  it('an open one with the next sweep, however long it rested', () => {
    expect(next('pending', days(-400))).to.deep.equal(new Date('2026-11-26T12:10:00Z'));
  });

  for (const status of ['completed', 'declined', 'gone'] as const) {
    it(`one that is ${status} tomorrow, and after a month no more`, () => {
      expect([next(status, days(-29)), next(status, null)]).to.deep.equal([days(1), days(1)]);
      expect(next(status, days(-31))).to.equal(null);
    });
  }
});
