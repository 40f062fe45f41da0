import { expect } from 'chai';
import { makeGatherNotices } from '../../../app/events/gather-notices.ts';
import type { EventNotice } from '../../../app/sync/queue/enqueue-events.ts';

const notice = (recordId: number, change: EventNotice['change'] = 'changed'): EventNotice => ({
  entity: 'object',
  recordId,
  change,
});

/** A store that ends each call when it is told to. */
function makeStore() {
  const calls: { tenants: readonly number[]; said: string[]; end(error?: unknown): void }[] = [];
  const store = (tenants: readonly number[], notices: readonly EventNotice[]): Promise<void> =>
    new Promise((resolve, reject) => {
      const said = notices.map(({ recordId, change }) => `${recordId} ${change}`);
      calls.push({ tenants, said, end: (error) => (error === undefined ? resolve() : reject(error)) });
    });
  return { calls, store };
}

const turn = () => new Promise((resolve) => setImmediate(resolve));

describe('notices of a storm', () => {
  it('are stored at once when nothing is being stored', () => {
    const { calls, store } = makeStore();
    void makeGatherNotices(store)([1], notice(7));
    expect(calls.map(({ said }) => said)).to.deep.equal([['7 changed']]);
  });

  it('that arrive meanwhile are stored together, and each is confirmed only by the statement that holds it', async () => {
    const { calls, store } = makeStore();
    const gather = makeGatherNotices(store);
    const confirmed: number[] = [];
    for (const id of [1, 2, 3]) void gather([1], notice(id)).then(() => confirmed.push(id));
    calls[0]?.end();
    await turn();
    expect(confirmed).to.deep.equal([1]);
    expect(calls.map(({ said }) => said)).to.deep.equal([['1 changed'], ['2 changed', '3 changed']]);
    calls[1]?.end();
    await turn();
    expect(confirmed).to.deep.equal([1, 2, 3]);
  });

  it('of one record never share a statement: a deletion is not lost behind a change', async () => {
    const { calls, store } = makeStore();
    const gather = makeGatherNotices(store);
    const told = [notice(1), notice(2), notice(2, 'deleted'), notice(3)];
    const all = Promise.all(told.map((one) => gather([1], one)));
    for (let at = 0; at < 3; at += 1) {
      calls[at]?.end();
      await turn();
    }
    await all;
    expect(calls.map(({ said }) => said)).to.deep.equal([['1 changed'], ['2 changed', '3 changed'], ['2 deleted']]);
  });

  it('of other companies do not wait', () => {
    const { calls, store } = makeStore();
    const gather = makeGatherNotices(store);
    void gather([1], notice(1));
    void gather([2], notice(1));
    expect(calls.map(({ tenants }) => tenants)).to.deep.equal([[1], [2]]);
  });

  it('that cannot be stored are refused, and the next ones are tried', async () => {
    const { calls, store } = makeStore();
    const gather = makeGatherNotices(store);
    const first = gather([1], notice(1)).catch((error: unknown) => error);
    const second = gather([1], notice(2));
    const refusal = new Error('The database is away');
    calls[0]?.end(refusal);
    expect(await first).to.equal(refusal);
    calls[1]?.end();
    await second;
    // The line has ended: the next notice begins a new one.
    void gather([1], notice(3));
    await turn();
    expect(calls).to.have.length(3);
  });
});
