import { expect } from 'chai';
import { makeShareInFlight } from '../../../app/lib/share-in-flight.ts';

describe('work that several ask for at the same time', () => {
  const pending = () => {
    let end: (value: string) => void = () => undefined;
    let fail: (reason: Error) => void = () => undefined;
    const promise = new Promise<string>((resolve, reject) => {
      end = resolve;
      fail = reject;
    });
    return { promise, end, fail };
  };

  it('is done once, and all get its outcome', async () => {
    const share = makeShareInFlight<string>();
    const { promise, end } = pending();
    let count = 0;
    const work = () => {
      count += 1;
      return promise;
    };
    const asked = [share('a', work), share('a', work), share('a', work)];
    end('done');
    expect(await Promise.all(asked)).to.deep.equal(['done', 'done', 'done']);
    expect(count).to.equal(1);
  });

  it('is done for each key apart, and anew once it has ended', async () => {
    const share = makeShareInFlight<string>();
    expect(await Promise.all([share('a', async () => 'a1'), share('b', async () => 'b1')])).to.deep.equal(['a1', 'b1']);
    expect(await share('a', async () => 'a2')).to.equal('a2');
  });

  it('fails for all who asked, and may succeed for the next one', async () => {
    const share = makeShareInFlight<string>();
    const { promise, fail } = pending();
    const asked = [1, 2].map(() => share('a', () => promise).catch((error: unknown) => error));
    const refusal = new Error('No');
    fail(refusal);
    expect(await Promise.all(asked)).to.deep.equal([refusal, refusal]);
    expect(await share('a', async () => 'yes')).to.equal('yes');
  });
});
