import { expect } from 'chai';
import fc from 'fast-check';
import { userMap } from '../../../app/field-maps/users.ts';
import { expectNothingLost, expectQuiet } from './person-edits.ts';
import { storedAs } from './portal-storage.ts';
import { SimulatedPair } from './simulated-pair.ts';

const word = fc.stringMatching(/^[А-Я][а-я]{2,8}$/);
const patronymics = fc.constantFrom('Иванович', 'Петровна', 'Гасан оглы', '');
const person = fc.record({ first: word, last: word, second: patronymics });
type Person = { first: string; last: string; second: string };

const orders: [string, (person: Person) => string][] = [
  ['first name first', ({ first, last, second }) => [first, second, last].filter(Boolean).join(' ')],
  ['last name first', ({ first, last, second }) => [last, first, second].filter(Boolean).join(' ')],
];
const nameMap = { ...userMap, pairs: userMap.pairs.filter(({ key }) => key === 'name') };
const sorted = ({ first, last, second }: Person) => ({ NAME: first, LAST_NAME: last, SECOND_NAME: second });
const namesOf = ({ remote: { fields } }: SimulatedPair) => [fields.NAME, fields.SECOND_NAME, fields.LAST_NAME];
const wordsOf = (texts: readonly unknown[]) => texts.flatMap((text) => String(text ?? '').split(' ')).filter(Boolean);

for (const [order, join] of orders) {
  describe(`names of people, ${order}`, () => {
    it('a contact sorted by a manager changes nothing here, and keeps its fields when a word changes here', () => {
      fc.assert(
        fc.property(person, word, (someone, other) => {
          fc.pre(
            new Set([someone.first, someone.last, other, ...someone.second.split(' ')]).size >= 4 || !someone.second,
          );
          fc.pre(someone.first !== someone.last && other !== someone.first && other !== someone.last);
          const pair = new SimulatedPair(nameMap, { name: join(someone) }, storedAs('contact'));
          pair.editRemote(sorted(someone));
          pair.pass();
          expect(pair.local.name).to.equal(join(someone));
          expectQuiet(pair);
          pair.editLocal({ name: join({ ...someone, last: other }) });
          pair.pass();
          expect(pair.remote.fields.NAME).to.equal(someone.first);
          expect(pair.remote.fields.LAST_NAME).to.equal(other);
          expect(pair.remote.fields.SECOND_NAME ?? '').to.equal(someone.second);
          expectQuiet(pair);
        }),
      );
    });

    it('another person there: every word comes here, in this order', () => {
      fc.assert(
        fc.property(person, person, (someone, other) => {
          const pair = new SimulatedPair(nameMap, { name: join(someone) }, storedAs('contact'));
          pair.editRemote(sorted(someone));
          pair.pass();
          pair.editRemote(sorted(other));
          pair.pass();
          expect(wordsOf([pair.local.name]).sort()).to.deep.equal(wordsOf([join(other)]).sort());
          expectQuiet(pair);
        }),
      );
    });

    it('edits of both sides: no word is lost, and the rest follows one pass', () => {
      fc.assert(
        fc.property(person, person, person, (someone, ours, theirs) => {
          const pair = new SimulatedPair(nameMap, { name: join(someone) }, storedAs('contact'));
          pair.editLocal({ name: join(ours) });
          pair.editRemote(sorted(theirs));
          pair.pass();
          const typed = wordsOf([join(ours), join(theirs)]);
          expectNothingLost(typed, [pair.local.name, ...namesOf(pair)], pair);
          expectQuiet(pair);
        }),
      );
    });
  });
}

describe('names of one to four words', () => {
  it('stand in a contact without loss, and come back as they were', () => {
    fc.assert(
      fc.property(
        fc.array(word, { minLength: 1, maxLength: 4 }),
        fc.array(word, { minLength: 1, maxLength: 4 }),
        (name, later) => {
          const pair = new SimulatedPair(nameMap, { name: name.join(' ') }, storedAs('contact'));
          expect(wordsOf(namesOf(pair)).sort()).to.deep.equal([...name].sort());
          pair.editLocal({ name: later.join(' ') });
          pair.pass();
          expect(wordsOf(namesOf(pair)).sort()).to.deep.equal([...later].sort());
          expect(pair.local.name).to.equal(later.join(' '));
          expectQuiet(pair);
        },
      ),
    );
  });
});
