import { expect } from 'chai';
import sinon from 'sinon';
import { makeTurns } from '../../../app/jobs/turns.ts';

describe('turns', () => {
  let clock: sinon.SinonFakeTimers;
  let given: string[];

  beforeEach(() => {
    clock = sinon.useFakeTimers();
    given = [];
  });
  afterEach(() => clock.restore());

  const asking = (turns: ReturnType<typeof makeTurns>, name: string) => turns.take().then(() => void given.push(name));

  it('are given one after the other, in the order of asking', async () => {
    const turns = makeTurns(25);
    for (const name of ['first', 'second', 'third']) void asking(turns, name);
    await clock.tickAsync(0);
    expect(given).to.deep.equal(['first']);
    turns.end();
    await clock.tickAsync(0);
    expect(given).to.deep.equal(['first', 'second']);
    turns.end();
    await clock.tickAsync(0);
    expect(given).to.deep.equal(['first', 'second', 'third']);
  });

  it('one that is not ended goes to the next after its time', async () => {
    const turns = makeTurns(25);
    for (const name of ['hangs', 'next']) void asking(turns, name);
    await clock.tickAsync(24);
    expect(given).to.deep.equal(['hangs']);
    await clock.tickAsync(1);
    expect(given).to.deep.equal(['hangs', 'next']);
  });

  it('is given at once when no other has it, also after some have ended twice', async () => {
    const turns = makeTurns(25);
    turns.end();
    void asking(turns, 'first');
    await clock.tickAsync(0);
    turns.end();
    turns.end();
    void asking(turns, 'second');
    await clock.tickAsync(0);
    expect(given).to.deep.equal(['first', 'second']);
  });
});
