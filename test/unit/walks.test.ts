import { existsSync, readFileSync } from 'node:fs';
import { expect } from 'chai';

const app = new URL('../../app/', import.meta.url);
const page = readFileSync(new URL('README.md', app), 'utf8');

/** A goal of the design: somebody who reads along passes this many stops at most. */
const mostStops = 11;

describe('app/README.md', () => {
  for (const walk of ['Walk 1', 'Walk 2']) {
    const [, text = ''] = new RegExp(`^## ${walk}[^\\n]*\\n([\\s\\S]*?)^## `, 'm').exec(page) ?? [];
    const stops = [...text.matchAll(/^(\d+)\. `([^`:]+): (\w+)` /gm)].map(([, number, file = '', name = '']) => ({
      number: Number(number),
      file,
      name,
    }));

    it(`leads ${walk} through at most ${mostStops} stops, and through no file twice`, () => {
      expect(stops.map(({ number }) => number)).to.deep.equal(stops.map((_, index) => index + 1));
      expect(stops).to.have.length.within(5, mostStops);
      expect(new Set(stops.map(({ file }) => file)).size).to.equal(stops.length);
    });

    it(`names functions that are there, in ${walk}`, () => {
      for (const { file, name } of stops) {
        const text = readFileSync(new URL(file, app), 'utf8');
        expect(text, file).to.match(new RegExp(`(function |async |trigger\\('|const )${name}\\b`));
      }
    });
  }

  it('names folders that are there, each sub-folder among them', () => {
    const named = [...page.matchAll(/^\| `([\w./-]+\/)` \|/gm)].map(([, folder = '']) => folder);
    expect(named).to.include.members(['sync/queue/', 'portals/install/', 'bitrix24/']);
    for (const folder of named) expect(existsSync(new URL(folder, app)), folder).to.equal(true);
  });
});
