import { expect } from 'chai';
import type { Preview } from '../../../public/src/api/previews.ts';
import { estimateLeft, neverMore } from '../../../public/src/runs/time-left.ts';

const preview = (seconds: number, total: number) => ({ run: { total }, forecast: { seconds } }) as Preview;
const run = (done: number, total: number, eta: number | null) => ({ done, total, eta_sec: eta });

describe('the time that a run still takes', () => {
  const cases: { title: string; left: number | null; given: Parameters<typeof estimateLeft> }[] = [
    {
      title: 'is the forecast while records are still looked for',
      left: 60,
      given: [run(0, 0, null), preview(60, 100)],
    },
    { title: 'is the forecast before the rate is measured', left: 57, given: [run(5, 100, 900), preview(60, 100)] },
    { title: 'is by the rate from a tenth on', left: 81, given: [run(10, 100, 81), preview(60, 100)] },
    {
      title: 'is the part of the forecast that the first records take',
      left: 6,
      given: [run(0, 10, null), preview(60, 100)],
    },
    { title: 'is by the rate where there is no preview', left: 900, given: [run(5, 100, 900), null] },
    { title: 'is not known without rate and preview', left: null, given: [run(0, 0, null), null] },
  ];
  for (const { title, left, given } of cases) {
    it(title, () => expect(estimateLeft(...given)).to.equal(left));
  }

  it('never grows on the page, whatever is estimated', () => {
    const shown: (number | null)[] = [];
    for (const estimate of [null, 60, 45, 70, null, 30, 31]) shown.push(neverMore(shown.at(-1) ?? null, estimate));
    expect(shown).to.deep.equal([null, 60, 45, 45, 45, 30, 30]);
  });
});
