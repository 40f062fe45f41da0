import { expect } from 'chai';
import { readSearch } from '../../../app/integration/record-search.ts';

describe('a search for records', () => {
  const cases: [string, { phone: string | null; number: string | null }][] = [
    ['+7 (916) 123-45-67', { phone: '%9161234567%', number: null }],
    ['8 916 123 45 67', { phone: '%9161234567%', number: null }],
    ['89161234567', { phone: '%9161234567%', number: '89161234567' }],
    ['356307042441013', { phone: '%7042441013%', number: '356307042441013' }],
    ['45-67', { phone: null, number: null }],
    ['123-45', { phone: '%12345%', number: null }],
    ['504', { phone: null, number: '504' }],
    ['Д-17', { phone: null, number: null }],
    ['КамАЗ 5490', { phone: null, number: null }],
    ['1'.repeat(19), { phone: '%1111111111%', number: null }],
  ];
  for (const [text, expected] of cases) {
    it(`${text} is read as it is meant`, () => expect(readSearch(text)).to.include(expected));
  }

  it('signs that a pattern gives a meaning to are letters like others', () => {
    expect(readSearch('100 %_').pattern).to.equal('%100 \\%\\_%');
  });
});
