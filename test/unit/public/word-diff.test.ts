import { expect } from 'chai';
import fc from 'fast-check';
import { diffWords, type Piece } from '../../../public/src/text/word-diff.ts';

/** Changed pieces in brackets. */
const shown = (pieces: readonly Piece[]) =>
  pieces.map(({ text, isChanged }) => (isChanged ? `[${text}]` : text)).join('');
const whole = (pieces: readonly Piece[]) => pieces.map(({ text }) => text).join('');
const common = (pieces: readonly Piece[]) =>
  pieces
    .filter(({ isChanged }) => !isChanged)
    .map(({ text }) => text)
    .join('');

describe('changed words of two texts', () => {
  const cases: [left: string, right: string, shownLeft: string, shownRight: string][] = [
    ['Камаз 5490 синий', 'Камаз 5490 белый', 'Камаз 5490 [синий]', 'Камаз 5490 [белый]'],
    ['Газель', 'Газель Next', 'Газель', 'Газель[ Next]'],
    ['+7 900 123', '+7 901 123', '+7 [900] 123', '+7 [901] 123'],
    ['до −20 °C', 'до −25 °C', 'до −[20] °C', 'до −[25] °C'],
    ['', 'новое', '', '[новое]'],
    ['одно и то же', 'одно и то же', 'одно и то же', 'одно и то же'],
    ['а б в', 'б в г', '[а ]б в', 'б в[ г]'],
  ];
  for (const [left, right, shownLeft, shownRight] of cases) {
    it(`"${left}" and "${right}"`, () => {
      const found = diffWords(left, right);
      expect([shown(found.left), shown(found.right)]).to.deep.equal([shownLeft, shownRight]);
    });
  }

  it('lose nothing of either text, and what is not marked is the same in both', () => {
    const text = fc.array(fc.constantFrom('Камаз', 'синий', ' ', '5490', ',', '\n', 'ё', '😀'), { maxLength: 30 });
    fc.assert(
      fc.property(text, text, (a, b) => {
        const [left, right] = [a.join(''), b.join('')];
        const found = diffWords(left, right);
        expect([whole(found.left), whole(found.right)]).to.deep.equal([left, right]);
        expect(common(found.left)).to.equal(common(found.right));
      }),
    );
  });

  it('of very long texts are found at their ends, in no time', () => {
    const words = (word: string) => Array.from({ length: 5000 }, (_, index) => `${word}${index}`).join(' ');
    const found = diffWords(`начало ${words('а')} конец`, `начало ${words('б')} конец`);
    expect([found.left[0]?.text, found.left.at(-1)?.text]).to.deep.equal(['начало ', ' конец']);
  });
});
