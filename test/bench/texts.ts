import { textOf, timeOf } from '../support/linear.ts';
import { nastyTexts } from '../support/nasty-texts.ts';
import { textReaders } from '../support/text-readers.ts';
import { type Finding, shown } from './report.ts';

const length = 1_000_000;
const slowest = 8;

/** How long functions that read texts from outside take for 1 MB of what is worst for them. */
export async function measureTexts(): Promise<Finding> {
  const times: { what: string; ms: number }[] = [];
  for (const [file, readers] of Object.entries(textReaders)) {
    for (const [name, read] of Object.entries(readers)) {
      for (const [shape, make] of Object.entries(nastyTexts)) {
        const text = textOf(make, length);
        const ms = Math.min(...[1, 2, 3].map(() => timeOf(read, text)));
        times.push({ what: `${name} (${file}): ${shape}`, ms });
      }
    }
  }
  times.sort((one, other) => other.ms - one.ms);
  return {
    title: 'Texts from outside, 1 MB each',
    how: `the slowest of ${shown(times.length)} pairs of function and text, the best of three turns each`,
    lines: times.slice(0, slowest).map(({ what, ms }) => ({ what, value: `${shown(ms)} ms` })),
  };
}
