import { expect } from 'chai';
import { tooSlow } from '../support/linear.ts';
import { nastyTexts } from '../support/nasty-texts.ts';
import { sourceFiles } from '../support/source-files.ts';
import { readNoText, textReaders } from '../support/text-readers.ts';

describe('a text from outside, however it is made, takes time by its length alone', function () {
  this.timeout(60_000);

  for (const [file, readers] of Object.entries(textReaders)) {
    for (const [name, read] of Object.entries(readers)) {
      it(`${name} (${file})`, () => {
        for (const [shape, make] of Object.entries(nastyTexts)) {
          expect(tooSlow(read, make), shape).to.equal(null);
        }
      });
    }
  }

  it('everything that the field maps and their like export is tried, or is said to read no such text', async () => {
    const files = [...new Set([...sourceFiles('app/field-maps').map(({ path }) => path), ...Object.keys(textReaders)])];
    const untried: string[] = [];
    for (const file of [...files, 'app/bitrix24/errors.ts']) {
      const exported = Object.entries((await import(`../../${file}`)) as Record<string, unknown>);
      const functions = exported.filter(([, value]) => typeof value === 'function').map(([name]) => name);
      const isTried = (name: string) => name in (textReaders[file] ?? {}) || `${file} ${name}` in readNoText;
      untried.push(...functions.filter((name) => !isTried(name)).map((name) => `${file} ${name}`));
    }
    expect(untried).to.deep.equal([]);
  });

  it('what is said to read no such text is there', async () => {
    for (const entry of Object.keys(readNoText)) {
      const [file, name = ''] = entry.split(' ');
      expect(await import(`../../${file}`), entry).to.have.property(name);
    }
  });
});
