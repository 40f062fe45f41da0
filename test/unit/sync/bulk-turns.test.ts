import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'chai';
import { type BulkTurns, makeBulkTurns } from '../../../app/sync/bulk-turns.ts';

describe('turns of work that can wait', () => {
  let turns: BulkTurns;
  beforeEach(() => {
    turns = makeBulkTurns();
  });

  /** When each piece began and ended, in ms since the first began. */
  async function timesOf(pieces: number, ms: number): Promise<[number, number][]> {
    const startedAt = performance.now();
    const since = () => performance.now() - startedAt;
    return Promise.all(
      Array.from({ length: pieces }, () =>
        turns.run(async (): Promise<[number, number]> => {
          const begun = since();
          await sleep(ms);
          return [begun, since()];
        }),
      ),
    );
  }

  it('are taken one at a time, in the order of asking', async () => {
    const times = await timesOf(4, 20);
    for (const [n, [begun]] of times.entries()) {
      const before = times[n - 1];
      if (before) expect(begun).to.be.at.least(before[1]);
    }
  });

  it('are followed by a rest as long as the piece while a person waits for something', async () => {
    const leave = turns.enterUrgent();
    const [[, firstEnd], [secondBegin]] = (await timesOf(2, 60)) as [[number, number], [number, number]];
    leave();
    // Timers may be a millisecond early.
    expect(secondBegin - firstEnd).to.be.at.least(58);
  });

  it('follow each other at once when the person has what they waited for', async () => {
    turns.enterUrgent()();
    const [[, firstEnd], [secondBegin]] = (await timesOf(2, 100)) as [[number, number], [number, number]];
    expect(secondBegin - firstEnd).to.be.below(90);
  });

  it('make no room for what has been waiting for a portal for long', async () => {
    turns.enterUrgent();
    await sleep(260);
    const [[, firstEnd], [secondBegin]] = (await timesOf(2, 100)) as [[number, number], [number, number]];
    expect(secondBegin - firstEnd).to.be.below(90);
  });

  it('go on behind a piece that hangs', async () => {
    const hanging = turns.run(() => sleep(1500));
    const startedAt = performance.now();
    await turns.run(async () => undefined);
    expect(performance.now() - startedAt).to.be.within(490, 1400);
    await hanging;
  });

  it('go on behind a piece that fails, and tell its failure', async () => {
    const failed = turns.run(async () => {
      throw new Error('As intended');
    });
    const next = turns.run(async () => 'next');
    expect(await failed.catch((error: Error) => error.message)).to.equal('As intended');
    expect(await next).to.equal('next');
  });
});
