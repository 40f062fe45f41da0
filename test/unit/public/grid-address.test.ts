import { expect } from 'chai';
import fc from 'fast-check';
import { addressOfRecord, pathOf, readAddress, writeAddress } from '../../../public/src/grid/address.ts';
import { keepOrder } from '../../../public/src/grid/keep-order.ts';

describe('what a list is narrowed by, in the address', () => {
  const defaults = { q: '', state: 'open', page: 1 };
  const known = { state: ['open', 'closed'] };

  const cases: [string, typeof defaults][] = [
    ['#/errors', defaults],
    ['#/errors?state=closed&page=3', { q: '', state: 'closed', page: 3 }],
    ['#/errors?q=%D0%9A%D0%B0%D0%BC%D0%B0%D0%B7+5490', { ...defaults, q: 'Камаз 5490' }],
    ['#/errors?state=nonsense&page=-1', defaults],
    ['#/errors?page=1e9&other=7', defaults],
  ];
  for (const [hash, state] of cases) {
    it(`${decodeURI(hash)} is read`, () => {
      expect(readAddress(hash, defaults, known)).to.deep.equal(state);
    });
  }

  it('any state comes back as it was written, and defaults leave the address short', () => {
    const states = fc.record({
      q: fc.string({ unit: 'grapheme' }),
      state: fc.constantFrom('open', 'closed'),
      page: fc.integer({ min: 1, max: 1e8 }),
    });
    fc.assert(
      fc.property(states, (state) => {
        const hash = writeAddress('#/errors', state, defaults);
        expect(pathOf(hash)).to.equal('#/errors');
        expect(readAddress(hash, defaults, known)).to.deep.equal(state);
      }),
    );
    expect(writeAddress('#/errors?page=2', defaults, defaults)).to.equal('#/errors');
  });

  it('a list is narrowed to one record', () => {
    expect(addressOfRecord('#/conflicts', 'user', 5)).to.equal('#/conflicts?local_type=user&q=5');
  });

  it('what belongs to another part of the page stays in the address', () => {
    expect(writeAddress('#/errors?open=7&page=2', { ...defaults, q: 'a' }, defaults)).to.equal('#/errors?open=7&q=a');
  });
});

describe('rows that were acted on', () => {
  it('keep their places, with what is known of each, when the list has lost some of them', () => {
    const shown = [
      { id: 3, text: 'a' },
      { id: 2, text: 'b' },
      { id: 1, text: 'c' },
    ];
    const known = [
      { id: 4, text: 'new' },
      { id: 3, text: 'a2' },
      { id: 1, text: 'c' },
    ];
    expect(keepOrder(shown, known).map(({ text }) => text)).to.deep.equal(['a2', 'b', 'c']);
  });
});
