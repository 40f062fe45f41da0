import { expect } from 'chai';
import { fieldMapFor } from '../../../app/field-maps/custom.ts';
import { diffRemote } from '../../../app/field-maps/remote-changes.ts';
import type { FieldMap } from '../../../app/field-maps/types.ts';
import { SimulatedPair } from './simulated-pair.ts';

function only(entity: 'contract' | 'object', local: string, bitrix24: string): FieldMap {
  const owner = entity === 'object' ? 'crm' : 'both';
  const map = fieldMapFor(entity, { custom: [{ local, bitrix24, owner }] });
  return { ...map, pairs: map.pairs.filter(({ key }) => key === `${local}:${bitrix24}`) };
}

const inField = only('contract', 'total_amount', 'UF_CRM_SUM');
const beside = only('contract', 'total_amount', 'REVENUE');

interface Case {
  title: string;
  map: FieldMap;
  /** What a person does there, or here. */
  there?: Record<string, unknown>;
  here?: Record<string, unknown>;
  expect: { fields: Record<string, unknown>; columns: Record<string, unknown> };
}

const cases: Case[] = [
  {
    title: 'is sent with its currency to a money field',
    map: inField,
    expect: { fields: { UF_CRM_SUM: '1500|USD' }, columns: { total_amount: '1500.00', currency: 'USD' } },
  },
  {
    title: 'brings its currency along from a money field',
    map: inField,
    there: { UF_CRM_SUM: '1800.00|EUR' },
    expect: { fields: { UF_CRM_SUM: '1800.00|EUR' }, columns: { total_amount: '1800', currency: 'EUR' } },
  },
  {
    title: 'changes its currency alone',
    map: inField,
    here: { currency: 'KZT' },
    expect: { fields: { UF_CRM_SUM: '1500|KZT' }, columns: { total_amount: '1500.00', currency: 'KZT' } },
  },
  {
    title: 'is emptied there: the currency here stays',
    map: inField,
    there: { UF_CRM_SUM: '' },
    expect: { fields: { UF_CRM_SUM: '' }, columns: { total_amount: null, currency: 'USD' } },
  },
  {
    title: 'stands beside its currency where that has a field of its own',
    map: beside,
    expect: {
      fields: { REVENUE: '1500', CURRENCY_ID: 'USD' },
      columns: { total_amount: '1500.00', currency: 'USD' },
    },
  },
  {
    title: 'comes from there with the currency beside it',
    map: beside,
    there: { REVENUE: 1800, CURRENCY_ID: 'EUR' },
    expect: { fields: { REVENUE: 1800, CURRENCY_ID: 'EUR' }, columns: { total_amount: '1800', currency: 'EUR' } },
  },
];

describe('an amount of money', () => {
  for (const { title, map, there, here, expect: expected } of cases) {
    it(title, () => {
      const pair = new SimulatedPair(map, { total_amount: '1500.00', currency: 'USD' });
      if (there) pair.editRemote(there);
      if (here) pair.editLocal(here);
      expect(pair.passesUntilQuiet()).to.equal(there || here ? 1 : 0);
      const { total_amount, currency } = pair.local;
      expect({ fields: pair.remote.fields, columns: { total_amount, currency } }).to.deep.equal(expected);
    });
  }

  it('is read as a bare number where the field holds no currency, which changes nothing here', () => {
    const pair = new SimulatedPair(inField, { total_amount: '1500.00', currency: 'USD' }, (_name, value) =>
      Number(String(value).split('|')[0]),
    );
    expect(pair.passesUntilQuiet()).to.equal(0);
    pair.editRemote({ UF_CRM_SUM: 1800 });
    pair.passesUntilQuiet();
    expect(pair.local).to.include({ total_amount: '1800', currency: 'USD' });
    pair.editLocal({ currency: 'EUR' });
    expect(pair.passesUntilQuiet()).to.equal(0);
  });

  it('is never sent without its currency, though that did not change', () => {
    const before = { fields: { OPPORTUNITY: 1500, CURRENCY_ID: 'USD' }, multifields: [] };
    const after = { fields: { OPPORTUNITY: '1700', CURRENCY_ID: 'USD' }, multifields: [] };
    expect(diffRemote(before, after).fields).to.deep.equal({ OPPORTUNITY: '1700', CURRENCY_ID: 'USD' });
  });

  it("of an object's contract stands in the deal", () => {
    const pair = new SimulatedPair(only('object', 'contract_total_amount', 'OPPORTUNITY'), {
      contract_total_amount: '1500.00',
      contract_currency: 'USD',
    });
    expect(pair.remote.fields).to.deep.equal({ OPPORTUNITY: '1500', CURRENCY_ID: 'USD' });
  });
});
