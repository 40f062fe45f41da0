import { expect } from 'chai';
import fc from 'fast-check';
import { objectMap } from '../../../app/field-maps/objects.ts';
import { expectNothingLost, expectQuiet } from './person-edits.ts';
import { storedAs } from './portal-storage.ts';
import { SimulatedPair } from './simulated-pair.ts';

const words = fc.array(fc.stringMatching(/^[БВГЖЗ][а-я]{2,8}$/), { minLength: 1, maxLength: 3 });
const numbers = fc.constantFrom('7', '15/2026', 'А-1/2', 'Д-17');
const mentions = fc.constantFrom(
  (number: string) => `(договор ${number})`,
  (number: string) => `Договор № ${number}`,
  (number: string) => `(ДОГОВОР ${number.toLowerCase()})`,
  (number: string) => `дог.${number}`,
  (number: string) => `[договор № ${number}]`,
);
const titleMap = { ...objectMap, pairs: objectMap.pairs.filter(({ key }) => key === 'title') };

describe('a title that a manager writes around the number', () => {
  it('gives the object the words without the number, wherever it stands, and rests', () => {
    fc.assert(
      fc.property(words, words, words, numbers, mentions, (own, before, after, number, mention) => {
        const pair = new SimulatedPair(titleMap, { name: own.join(' '), contract_number: number }, storedAs('deal'));
        pair.editRemote({ TITLE: [...before, mention(number), ...after].join(' ') });
        pair.pass();
        expect(pair.local.name).to.equal([...before, ...after].join(' '));
        expectQuiet(pair);
      }),
    );
  });

  it('renumbered afterwards: has the new number once, the former one nowhere, and every word of the manager', () => {
    fc.assert(
      fc.property(words, words, numbers, numbers, mentions, (before, after, number, later, mention) => {
        fc.pre(number !== later && [...before, ...after].every((word) => !word.includes(number)));
        const pair = new SimulatedPair(titleMap, { name: 'Камаз', contract_number: number }, storedAs('deal'));
        pair.editRemote({ TITLE: [...before, mention(number), ...after].join(' ') });
        pair.pass();
        pair.editLocal({ contract_number: later });
        pair.pass();
        const title = String(pair.remote.fields.TITLE).toLowerCase();
        expect(title.split(later.toLowerCase())).to.have.length(2);
        expect(title.replace(later.toLowerCase(), '')).not.to.include(`договор ${number.toLowerCase()}`);
        expect(pair.local.name).to.equal([...before, ...after].join(' '));
        for (const word of [...before, ...after]) expect(title).to.include(word.toLowerCase());
        expectQuiet(pair);
      }),
    );
  });

  it('while the CRM renames and renumbers: no word of either is lost', () => {
    fc.assert(
      fc.property(words, words, words, numbers, mentions, (ours, before, after, number, mention) => {
        const pair = new SimulatedPair(titleMap, { name: 'Камаз', contract_number: '1' }, storedAs('deal'));
        pair.editLocal({ name: ours.join(' '), contract_number: number });
        pair.editRemote({ TITLE: [...before, mention('1'), ...after].join(' ') });
        pair.pass();
        expectNothingLost([...ours, ...before, ...after], [pair.local.name, pair.remote.fields.TITLE], pair);
        expect(pair.local.name).not.to.match(/договор|дог\./i);
        expectQuiet(pair);
      }),
    );
  });
});
