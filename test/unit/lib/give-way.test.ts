import { expect } from 'chai';
import { makeGiveWay } from '../../../app/lib/give-way.ts';

/** Works without a pause, as a plan of many records does. */
function workFor(ms: number): void {
  for (const end = performance.now() + ms; performance.now() < end; );
}

describe('giving way in a long loop', () => {
  it('lets others have their turn again and again, whatever the number of pieces', async () => {
    let turns = 0;
    const others = setInterval(() => {
      turns += 1;
    }, 1);
    const giveWay = makeGiveWay();
    for (let n = 0; n < 40; n += 1) {
      await giveWay();
      workFor(2);
    }
    clearInterval(others);
    expect(turns).to.be.greaterThan(8);
  });

  it('costs nothing where the whole loop takes a moment', async () => {
    let turns = 0;
    setImmediate(() => {
      turns += 1;
    });
    const giveWay = makeGiveWay();
    for (let n = 0; n < 50; n += 1) await giveWay();
    expect(turns).to.equal(0);
  });
});
