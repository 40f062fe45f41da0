import { expect } from 'chai';
import fc from 'fast-check';
import { findJsonBreak } from '../../../app/http/json-break.ts';

describe('the place where a text stops being JSON', () => {
  const cases: [string, { line: number; column: number } | null][] = [
    ['{"name":"КамАЗ"}', null],
    [' [1, -2.5e3, "\\u00e9", true, null, {}, []] ', null],
    ['{"name":', { line: 1, column: 9 }],
    ['{"name":"КамАЗ",}', { line: 1, column: 17 }],
    ['{\n  "name": "КамАЗ"\n  "imei": "1"\n}', { line: 3, column: 3 }],
    ["{'name':1}", { line: 1, column: 2 }],
    ['{"a":x}', { line: 1, column: 6 }],
    ['[1 2]', { line: 1, column: 4 }],
    ['[1}', { line: 1, column: 3 }],
    ['{"a":"line\nbreak"}', { line: 1, column: 6 }],
    ['{"emoji":"🚚",', { line: 1, column: 14 }],
    ['01', { line: 1, column: 2 }],
    ['', { line: 1, column: 1 }],
    ['{} {}', { line: 1, column: 4 }],
  ];
  for (const [text, place] of cases) {
    it(`${JSON.stringify(text)}: ${place ? `line ${place.line}, column ${place.column}` : 'nowhere'}`, () => {
      expect(findJsonBreak(text)).to.deep.equal(place);
    });
  }

  it('is found in exactly those texts that JSON.parse refuses', () => {
    const damaged = fc
      .tuple(
        fc.json(),
        fc.nat(),
        fc.constantFrom('', '{', '}', '[', ']', ',', ':', '"', '\\', '1', 'x', '\n', '\u0000'),
      )
      .map(([text, at, sign]) => {
        const place = at % (text.length + 1);
        return text.slice(0, place) + sign + text.slice(place + (at % 3));
      });
    fc.assert(
      fc.property(damaged, (text) => {
        expect(findJsonBreak(text) === null).to.equal(isJson(text));
      }),
      { numRuns: 3000 },
    );
  });

  it('is found in a megabyte that is nested as deep as it is long', () => {
    expect(findJsonBreak('['.repeat(1_000_000))).to.deep.equal({ line: 1, column: 1_000_001 });
  });

  it('is found after a text of a megabyte, and in one that never ends', () => {
    const long = 'x'.repeat(1_000_000);
    expect(findJsonBreak(`"${long}" 1`)).to.deep.equal({ line: 1, column: 1_000_004 });
    expect(findJsonBreak(`"${long}`)).to.deep.equal({ line: 1, column: 1 });
  });
});

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
