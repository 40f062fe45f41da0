import { expect } from 'chai';
import fc from 'fast-check';
import { csvRow } from '../../../app/lib/csv.ts';

describe('a row of a CSV file', () => {
  for (const [cells, row] of [
    [['a', 1, null, ''], 'a,1,,'],
    [['КамАЗ "5490"', 'a,b', 'a\nb'], '"КамАЗ ""5490""","a,b","a\nb"'],
    [['=1+1', '+7 900', '-5', '@SUM(A1)', '\t=1'], "'=1+1,'+7 900,'-5,'@SUM(A1),'\t=1"],
    [['=HYPERLINK("http://evil","x")'], '"\'=HYPERLINK(""http://evil"",""x"")"'],
    [["'+7", "''=1", "'а"], "''+7,'''=1,'а"],
    [[-5], '-5'],
  ] as const) {
    it(`${JSON.stringify(cells)} is ${JSON.stringify(row)}`, () => expect(csvRow([...cells])).to.equal(`${row}\r\n`));
  }

  it('gives no cell that a spreadsheet calculates, and every text back but for that apostrophe', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ unit: 'grapheme' }), { minLength: 1 }), (cells) => {
        const read = parse(csvRow(cells));
        expect(read.map((cell) => cell.replace(/^'(?='*[=+\-@\t\r])/, ''))).to.deep.equal(cells);
        for (const cell of read) expect(cell).to.not.match(/^[=+\-@\t\r]/);
      }),
    );
  });
});

/** A reader by RFC 4180 of one row. */
function parse(row: string): string[] {
  const cells: string[] = [];
  let cell = '';
  let isQuoted = false;
  const text = row.slice(0, -2);
  for (let at = 0; at < text.length; at += 1) {
    if (isQuoted && text.startsWith('""', at)) {
      cell += '"';
      at += 1;
    } else if (text[at] === '"') isQuoted = !isQuoted;
    else if (text[at] === ',' && !isQuoted) {
      cells.push(cell);
      cell = '';
    } else cell += text[at];
  }
  return [...cells, cell];
}
