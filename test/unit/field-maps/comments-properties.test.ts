import { expect } from 'chai';
import fc from 'fast-check';
import { objectMap } from '../../../app/field-maps/objects.ts';
import { expectNothingLost, expectQuiet } from './person-edits.ts';
import { storedAs } from './portal-storage.ts';
import { SimulatedPair } from './simulated-pair.ts';

const words = fc.stringMatching(/^[А-Яа-я]{3,10}( [А-Яа-я]{3,10})?$/);
const awkward = fc.constantFrom('[резерв]', '🚚', 'a < b', 'R&D', '&#91;', '— —', 'Договор: обсудить', '"кавычки"');
const note = fc.tuple(words, fc.option(awkward, { nil: '' })).map(([text, more]) => `${text} ${more}`.trim());
const object = { name: 'Камаз', imei: '356307042441013', type: 'vehicle', contract_number: '7' };
const commentsMap = {
  ...objectMap,
  pairs: objectMap.pairs.filter(({ key }) => key === 'description' || key === 'details'),
};

/** How a note looks in COMMENTS of a portal: brackets are entities there. */
const toBb = (text: string) => text.replaceAll('&#', '&amp;#').replaceAll('[', '&#91;').replaceAll(']', '&#93;');

type Layout = (parts: { above: string[]; ours: string[]; inside: string[]; below: string[] }) => string;

const marker = '——— Axenta: ниже заполняется автоматически ———';
const lines: Layout = ({ above, ours: [first = '', ...rest], inside, below }) =>
  [...above, '', marker, first, ...inside, ...rest, ...below].join('\n');
const layouts: [string, Layout][] = [
  ['lines', lines],
  ['[p]', (parts) => `[p]${lines(parts).split('\n').join('[/p][p]')}[/p]`],
  ['<div>', (parts) => `<div>${lines(parts).split('\n').join('</div><div>')}</div>`],
  ['<br>', (parts) => lines(parts).split('\n').join('<br>')],
  ['bold', (parts) => lines({ ...parts, above: parts.above.map((line) => `[B]${line}[/B]`) })],
  ['no marker', (parts) => lines(parts).replace(`${marker}\n`, '')],
];

function newPair(description: string | null): SimulatedPair {
  return new SimulatedPair(commentsMap, { ...object, description }, storedAs('deal'));
}

function oursOf(pair: SimulatedPair): string[] {
  return String(pair.remote.fields.COMMENTS).split(`${marker}\n`)[1]?.split('\n') ?? [];
}

const notes = fc.array(note, { maxLength: 2 });

describe('COMMENTS of a deal with notes of people anywhere', () => {
  for (const [layout, show] of layouts) {
    it(`${layout}: every note reaches the description, our part does not, and everything rests`, () => {
      fc.assert(
        fc.property(notes, notes, notes, (above, inside, below) => {
          const pair = newPair(null);
          const ours = oursOf(pair);
          pair.editRemote({
            COMMENTS: show({ above: above.map(toBb), ours, inside: inside.map(toBb), below: below.map(toBb) }),
          });
          pair.pass();
          const description = String(pair.local.description ?? '');
          for (const text of [...above, ...inside, ...below]) expect(description).to.include(text);
          expect(description).not.to.match(/IMEI|Axenta/);
          expect(pair.value('details').remote).to.equal(ours.join('\n'));
          expectQuiet(pair);
        }),
      );
    });
  }

  it('while the CRM edits the description and the IMEI: nothing that either typed is lost', () => {
    fc.assert(
      fc.property(note, notes, notes, fc.constantFrom('111111111111111', null), (ours, above, below, imei) => {
        const pair = newPair('прежнее');
        const former = oursOf(pair);
        pair.editLocal({ description: ours, imei });
        pair.editRemote({
          COMMENTS: lines({ above: above.map(toBb), ours: former, inside: [], below: below.map(toBb) }),
        });
        pair.pass();
        const typed = [ours, ...above, ...below];
        expectNothingLost(typed, [pair.local.description, pair.value('description').remote], pair);
        expect(String(pair.value('details').remote).includes('IMEI: 1')).to.equal(imei !== null);
        expectQuiet(pair);
      }),
    );
  });
});
