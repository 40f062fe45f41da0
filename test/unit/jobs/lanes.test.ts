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
      expect(lanesFor(concurrency).map((lane) => lane.slots)).to.deep.equal(slots);
    });
  }

  it('run every task once', () => {
    expect(
      lanesFor(12)
        .flatMap((lane) => lane.tasks)
        .sort(),
    ).to.deep.equal([...tasks].sort());
  });
});
