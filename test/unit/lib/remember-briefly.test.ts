import { expect } from 'chai';
import { makeRememberBriefly } from '../../../app/lib/remember-briefly.ts';

describe('a memory of a few seconds', () => {
  let now: number;
  let done: number;
  const work = async () => ++done;
  const make = (most = 100, failures: 'kept' | 'forgotten' = 'kept') =>
    makeRememberBriefly<number>({ clock: { now: () => new Date(now) }, forMs: 3000, most, failures });

  beforeEach(() => {
    now = 1_000_000;
    done = 0;
  });

  it('does the work once for all who ask meanwhile, and again when the time is over', async () => {
    const remember = make();
    expect(await Promise.all([remember('a', work), remember('a', work), remember('a', work)])).to.deep.equal([1, 1, 1]);
    now += 2999;
    expect(await remember('a', work)).to.equal(1);
    now += 1;
    expect(await remember('a', work)).to.equal(2);
    expect(await remember('b', work)).to.equal(3);
  });

  it('waits for work that takes longer than it remembers, instead of beginning it again', async () => {
    const remember = make();
    let end: (value: number) => void = () => undefined;
    const slow = remember('a', () => new Promise((resolve) => (end = resolve)));
    now += 60_000;
    const late = remember('a', work);
    end(7);
    expect(await Promise.all([slow, late])).to.deep.equal([7, 7]);
  });

  it('remembers failures too, or forgets them when they have come, as it was made to', async () => {
    const failing = async () => {
      done += 1;
      throw new Error('no');
    };
    const ask = (remember: ReturnType<typeof make>) => remember('a', failing).catch((error: Error) => error.message);
    const keeping = make();
    for (let n = 0; n < 3; n++) expect(await ask(keeping)).to.equal('no');
    expect(done).to.equal(1);
    const forgetting = make(100, 'forgotten');
    expect(await Promise.all([ask(forgetting), ask(forgetting)])).to.deep.equal(['no', 'no']);
    expect(done).to.equal(2);
    await ask(forgetting);
    expect(done).to.equal(3);
  });

  it('does not give what is older than the caller knows', async () => {
    const remember = make();
    await remember('a', work);
    now += 1000;
    expect(await remember('a', work, new Date(now))).to.equal(2);
    expect(await remember('a', work, new Date(now - 500))).to.equal(2);
  });

  it('keeps no more than it may, and forgets when it is told', async () => {
    const remember = make(2);
    for (const key of ['a', 'b', 'c']) await remember(key, work);
    expect(await remember('c', work)).to.equal(3);
    expect(await remember('a', work)).to.equal(4);
    remember.clear();
    expect(await remember('a', work)).to.equal(5);
  });
});
