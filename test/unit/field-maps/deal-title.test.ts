import { expect } from 'chai';
import { objectMap } from '../../../app/field-maps/objects.ts';
import type { FieldMap } from '../../../app/field-maps/types.ts';
import { emptyRemoteShadow, merge } from '../../../app/sync/plan/merge.ts';

const titleMap: FieldMap = { ...objectMap, pairs: objectMap.pairs.filter(({ key }) => key === 'title') };
const shadow = 'Камаз (договор 7)';

interface Case {
  title: string;
  name: string;
  number?: string;
  deal: string;
  /** The deal's title when the pair was last equal. */
  before?: string;
  expect: { toRemote?: string; name?: string; adopted?: true };
}

// A title that a person wrote is not written over for the number's sake: only what changes on our side brings the number back.
const cases: Case[] = [
  { title: 'renamed there without the number', name: 'Камаз', deal: 'Volvo', expect: { name: 'Volvo' } },
  { title: 'renamed there with the number', name: 'Камаз', deal: 'Volvo (договор 7)', expect: { name: 'Volvo' } },
  { title: 'only the number taken off there', name: 'Камаз', deal: 'Камаз', expect: { adopted: true } },
  { title: 'renamed to the same on both sides', name: 'Volvo', deal: 'Volvo', expect: { adopted: true } },
  { title: 'nothing changed since the number was left out', name: 'Камаз', deal: 'Камаз', before: 'Камаз', expect: {} },
  {
    title: 'our name changes after the number was left out',
    name: 'Volvo',
    deal: 'Камаз',
    before: 'Камаз',
    expect: { toRemote: 'Volvo (договор 7)' },
  },
  {
    title: "the contract's number changes after it was left out",
    name: 'Камаз',
    number: '8',
    deal: 'Камаз',
    before: 'Камаз',
    expect: { toRemote: 'Камаз (договор 8)' },
  },
];

describe("the contract's number in a deal's title", () => {
  for (const { title, name, number = '7', deal, before = shadow, expect: expected } of cases) {
    it(title, () => {
      const at = new Date('2026-03-02T10:00:00Z');
      const result = merge({
        fieldMap: titleMap,
        local: { name, contract_number: number },
        remote: { fields: { TITLE: deal }, multifields: [] },
        localShadow: { title: shadow },
        remoteShadow: { ...emptyRemoteShadow, values: { title: before } },
        policy: 'latest',
        direction: 'bidirectional',
        localModifiedAt: at,
        remoteModifiedAt: at,
        now: new Date('2026-03-02T12:00:00Z'),
      });
      expect(result.conflicts).to.deep.equal([]);
      expect({
        ...(result.toRemote[0] && { toRemote: result.toRemote[0].after }),
        ...(result.toLocal[0] && { name: result.toLocal[0].columns.name }),
        ...(result.adopted[0] && { adopted: true }),
      }).to.deep.equal(expected);
    });
  }
});
