import { expect } from 'chai';
import { wireGroups } from '../../../app/bitrix24/list-search.ts';
import { fitsGroups, groupsOf, readPortalSearch } from '../../../app/integration/portal-only-search.ts';
import type { Entity } from '../../../app/lib/records.ts';
import { mockRecord } from '../../support/mock-values.ts';

const groups = (entity: Entity, typed: string, reached: number[] = []) =>
  groupsOf(entity, readPortalSearch(typed, 'RU'), reached);
const title = (holds: string) => ({ field: 'TITLE', holds });
const anyName = (holds: string) => ['NAME', 'LAST_NAME', 'SECOND_NAME'].map((field) => ({ field, holds }));

describe('a search among records of the portal alone', () => {
  const cases: { what: string; entity: Entity; typed: string; reached?: number[]; groups: unknown }[] = [
    { what: 'a deal by a part of its title', entity: 'object', typed: 'камаз 5490', groups: [[title('камаз 5490')]] },
    {
      what: 'a deal by its number, or digits of its title',
      entity: 'object',
      typed: '4271',
      groups: [[{ ids: [4271] }, title('4271')]],
    },
    {
      what: 'a person by each word in any part of the name',
      entity: 'user',
      typed: 'Иван Петров',
      groups: [anyName('Иван'), anyName('Петров')],
    },
    {
      what: 'a person by a phone that the portal knows',
      entity: 'user',
      typed: '8 916 123-45-67',
      reached: [5],
      groups: [[{ ids: [5] }]],
    },
    {
      what: 'no person by a phone that the portal does not know',
      entity: 'user',
      typed: '8 916 123-45-67',
      groups: null,
    },
    { what: 'a person by the number', entity: 'user', typed: '77', groups: [[{ ids: [77] }]] },
    {
      what: 'a company by an e-mail, or by its title',
      entity: 'contract',
      typed: 'a@b.example',
      reached: [9],
      groups: [[{ ids: [9] }, title('a@b.example')]],
    },
    { what: 'nothing by a sign that stands for any text', entity: 'object', typed: '%', groups: null },
    {
      what: 'a deal whose title has a percent between words',
      entity: 'object',
      typed: 'скидка%10',
      groups: [[title('скидка 10')]],
    },
    { what: 'no record by a number that the portal cannot have', entity: 'user', typed: '99999999999', groups: null },
  ];
  for (const { what, entity, typed, reached = [], groups: wanted } of cases) {
    it(`finds ${what}`, () => expect(groups(entity, typed, reached)).to.deep.equal(wanted));
  }

  it('asks for a phone as it was typed, by its digits and with its country', () => {
    expect(readPortalSearch('8 (916) 123-45-67', 'RU').reach?.phones).to.deep.equal([
      '8 (916) 123-45-67',
      '89161234567',
      '+79161234567',
    ]);
    expect(readPortalSearch('Ivan@Mail.example', 'RU').reach?.emails).to.deep.equal(['ivan@mail.example']);
  });

  it('reaches the portal as nested filters that are joined by OR', () => {
    expect(wireGroups([[{ ids: [5] }, title('x')], [title('y')]])).to.deep.equal({
      0: { logic: 'OR', 0: { '@id': [5] }, 1: { '%TITLE': 'x' } },
      1: { logic: 'OR', 0: { '%TITLE': 'y' } },
    });
  });

  it('is held against each record: a portal that drops the filter shows no others, and ё is е', () => {
    const record = mockRecord({ id: 5, fields: { TITLE: 'Тягач ЗЕЛЁНЫЙ' } });
    expect(fitsGroups([[title('зеленый')]], record)).to.equal(true);
    expect(fitsGroups([[title('красный')]], record)).to.equal(false);
    expect(fitsGroups([[{ ids: [5] }, title('красный')]], record)).to.equal(true);
    expect(fitsGroups([[title('тягач')], [title('красный')]], record)).to.equal(false);
  });
});
