import { expect } from 'chai';
import { lanesFor } from '../../../app/jobs/lanes.ts';
import { tasks } from '../../../app/jobs/queue.ts';

describe('lanes of one process', () => {
  for (const [concurrency, slots] of [
    [1, [1, 1, 2, 1, 1, 4, 1]],
    [2, [2, 1, 2, 1, 2, 4, 1]],
    [4, [4, 3, 2, 1, 4, 4, 1]],
    [12, [12, 9, 2, 3, 12, 4, 3]],
  ] as const) {
    it(`share ${concurrency} as urgent, bulk, slow, searches, connection, alerts, tasks: ${slots.join(', ')}`, () => {
      expect(lanesFor(concurrency, 'worker').map((lane) => lane.slots)).to.deep.equal(slots);
    });
  }

  it('run every task once', () => {
    expect(
      lanesFor(12, 'all')
        .flatMap((lane) => lane.tasks)
        .sort(),
    ).to.deep.equal([...tasks].sort());
  });

  it('are told apart by a process for what people wait for and one for the rest', () => {
    const tasksOf = (role: 'urgent' | 'bulk') => lanesFor(12, role).flatMap((lane) => lane.tasks);
    expect(tasksOf('urgent')).to.deep.equal(['reconcile', 'bind', 'recheck']);
    expect([...tasksOf('urgent'), ...tasksOf('bulk')].sort()).to.deep.equal([...tasks].sort());
  });

  it('are none in a process that answers requests only', () => expect(lanesFor(12, 'web')).to.deep.equal([]));
});
