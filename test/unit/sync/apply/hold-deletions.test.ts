import { expect } from 'chai';
import { isTooMany } from '../../../../app/sync/apply/hold-deletions.ts';

const cases: { removed: number; linked: number; held: boolean }[] = [
  { removed: 1, linked: 1, held: false },
  { removed: 5, linked: 5, held: false },
  { removed: 5, linked: 8, held: false },
  { removed: 6, linked: 8, held: true },
  { removed: 6, linked: 119, held: true },
  { removed: 6, linked: 120, held: false },
  { removed: 7, linked: 120, held: true },
  { removed: 50, linked: 1000, held: false },
  { removed: 51, linked: 1000, held: true },
  { removed: 400, linked: 1000, held: true },
];

describe('isTooMany', () => {
  for (const { removed, linked, held } of cases) {
    it(`${removed} of ${linked} within an hour ${held ? 'wait for a person' : 'pass'}`, () => {
      expect(isTooMany(removed, linked)).to.equal(held);
    });
  }
});
