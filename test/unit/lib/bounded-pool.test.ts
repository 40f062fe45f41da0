import { expect } from 'chai';
import { makeBoundedPool, PoolFull } from '../../../app/lib/bounded-pool.ts';

/** Work that ends when the test says so. */
function heldWork() {
  const ends: ((error?: Error) => void)[] = [];
  let running = 0;
  let most = 0;
  return {
    work: () =>
      new Promise<number>((resolve, reject) => {
        running += 1;
        most = Math.max(most, running);
        ends.push((error) => {
          running -= 1;
          if (error) reject(error);
          else resolve(ends.length);
        });
      }),
    endOne: (error?: Error) => ends.shift()?.(error),
    get waitingToEnd() {
      return ends.length;
    },
    get most() {
      return most;
    },
  };
}

const turn = () => new Promise((resolve) => setImmediate(resolve));

describe('a bounded pool', () => {
  it('does so many at once, lets so many wait, and refuses the others at once', async () => {
    const held = heldWork();
    const pool = makeBoundedPool({ atOnce: 2, waiting: 3 });
    const asked = Array.from({ length: 8 }, () => pool.run(held.work).catch((error: unknown) => error));
    await turn();
    expect(held.waitingToEnd).to.equal(2);
    const refused = await Promise.all(asked.slice(5));
    expect(refused.every((error) => error instanceof PoolFull)).to.equal(true);
    for (let n = 0; n < 5; n++) {
      held.endOne();
      await turn();
    }
    expect(await Promise.all(asked.slice(0, 5))).to.have.length(5);
    expect(held.most).to.equal(2);
  });

  it('gives the place of work that failed to the next', async () => {
    const held = heldWork();
    const pool = makeBoundedPool({ atOnce: 1, waiting: 1 });
    const failed = pool.run(held.work).catch((error: Error) => error.message);
    const next = pool.run(held.work);
    held.endOne(new Error('no'));
    expect(await failed).to.equal('no');
    await turn();
    held.endOne();
    await next;
    const later = pool.run(async () => 'free again');
    expect(await later).to.equal('free again');
  });
});
