import { expect } from 'chai';
import { systemClock } from '../../../app/lib/clock.ts';

describe('systemClock', () => {
  it('sleeps for as long as it was told', async () => {
    const startedAt = performance.now();
    await systemClock.sleep(50);
    expect(performance.now() - startedAt).to.be.within(45, 10_000);
  });

  it('wakes with the reason of its signal', async () => {
    const stop = new AbortController();
    const reason = new Error('Stopping');
    setTimeout(() => stop.abort(reason), 20);
    const startedAt = performance.now();
    expect(await systemClock.sleep(10_000, stop.signal).catch((error: unknown) => error)).to.equal(reason);
    expect(performance.now() - startedAt).to.be.lessThan(2000);
  });

  it('does not fall asleep after the signal', async () => {
    const reason = new Error('Stopped');
    expect(await systemClock.sleep(10_000, AbortSignal.abort(reason)).catch((error: unknown) => error)).to.equal(
      reason,
    );
  });

  it('leaves no listener on a signal that lives long', async () => {
    const { signal } = new AbortController();
    let listeners = 0;
    const { addEventListener, removeEventListener } = signal;
    signal.addEventListener = ((...args: Parameters<typeof addEventListener>) => {
      listeners += 1;
      addEventListener.apply(signal, args);
    }) as typeof addEventListener;
    signal.removeEventListener = ((...args: Parameters<typeof removeEventListener>) => {
      listeners -= 1;
      removeEventListener.apply(signal, args);
    }) as typeof removeEventListener;
    for (let n = 0; n < 5; n++) await systemClock.sleep(1, signal);
    expect(listeners).to.equal(0);
  });
});
