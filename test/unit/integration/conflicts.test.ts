import { expect } from 'chai';
import { fieldMapFor } from '../../../app/field-maps/custom.ts';
import type { FieldPair, LocalRecord } from '../../../app/field-maps/types.ts';
import { columnsFor } from '../../../app/integration/conflicts.ts';

function pairOf(entity: 'object' | 'user' | 'contract', key: string): FieldPair {
  const custom = [{ local: 'status', bitrix24: 'UF_CRM_STATUS', owner: 'both' as const }];
  const pair = fieldMapFor(entity, entity === 'object' ? { custom } : {}).pairs.find((known) => known.key === key);
  if (!pair) throw new Error(`No pair ${key}`);
  return pair;
}

describe('columnsFor', () => {
  const object: LocalRecord = { name: 'Новое имя', contract_number: '17', description: null, status: 'active' };
  const cases: {
    name: string;
    pair: FieldPair;
    local: LocalRecord;
    side: 'crm' | 'bitrix24';
    lost: string | null;
    expected: Record<string, unknown> | null;
  }[] = [
    {
      name: 'takes the contract off a title that the CRM lost',
      pair: pairOf('object', 'title'),
      local: object,
      side: 'crm',
      lost: 'Камаз (договор 17)',
      expected: { name: 'Камаз' },
    },
    {
      name: 'takes the contract off a title that the portal lost',
      pair: pairOf('object', 'title'),
      local: object,
      side: 'bitrix24',
      lost: 'Камаз (договор 17)',
      expected: { name: 'Камаз' },
    },
    {
      name: 'joins the two names of a contact',
      pair: pairOf('user', 'name'),
      local: { name: 'Другой' },
      side: 'bitrix24',
      lost: 'Иван\nПетров Водкин',
      expected: { name: 'Иван Петров Водкин' },
    },
    {
      name: 'puts an emptied text back as empty',
      pair: pairOf('object', 'description'),
      local: { ...object, description: 'что-то' },
      side: 'crm',
      lost: null,
      expected: { description: null },
    },
    {
      name: 'refuses to empty what the CRM needs',
      pair: pairOf('object', 'status:UF_CRM_STATUS'),
      local: object,
      side: 'crm',
      lost: null,
      expected: null,
    },
    {
      name: 'refuses a field that the CRM does not take from the portal',
      pair: pairOf('object', 'begin_date'),
      local: { ...object, contract_start_date: '2026-01-01' },
      side: 'bitrix24',
      lost: '2026-02-02',
      expected: null,
    },
  ];
  for (const { name, pair, local, side, lost, expected } of cases) {
    it(name, () => expect(columnsFor(pair, local, side, lost)).to.deep.equal(expected));
  }
});
