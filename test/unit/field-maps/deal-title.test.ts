import { expect } from 'chai';
import { objectMap } from '../../../app/field-maps/objects.ts';
import type { FieldMap } from '../../../app/field-maps/types.ts';
import { emptyRemoteShadow, merge } from '../../../app/sync/plan/merge.ts';
import type { ConflictPolicy } from '../../../app/sync/plan/settings.ts';

const titleMap: FieldMap = { ...objectMap, pairs: objectMap.pairs.filter(({ key }) => key === 'title') };
const shadow = 'Камаз (договор 7)';

interface Case {
  title: string;
  name: string;
  /** Null: the object has no contract. */
  number?: string | null;
  policy?: ConflictPolicy;
  deal: string;
  /** The deal's title when the pair was last equal. */
  before?: string;
  /** Our title when the pair was last equal. */
  formerly?: string;
  expect: { toRemote?: string; name?: string; adopted?: true; conflict?: true };
}

// A title that a person wrote is not written over for the number's sake: only what changes on our side brings the number back.
const cases: Case[] = [
  { title: 'renamed there without the number', name: 'Камаз', deal: 'Volvo', expect: { name: 'Volvo' } },
  { title: 'renamed there with the number', name: 'Камаз', deal: 'Volvo (договор 7)', expect: { name: 'Volvo' } },
  { title: 'only the number taken off there', name: 'Камаз', deal: 'Камаз', expect: { adopted: true } },
  {
    title: 'renamed to the same on both sides: our change brings the number back',
    name: 'Volvo',
    deal: 'Volvo',
    expect: { toRemote: 'Volvo (договор 7)' },
  },
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
  {
    title: 'typed behind the number: the name has both parts, without the number',
    name: 'Газель А123',
    number: '15/2026',
    deal: 'Газель А123 (договор 15/2026) — оплачено',
    before: 'Газель А123 (договор 15/2026)',
    formerly: 'Газель А123 (договор 15/2026)',
    expect: { name: 'Газель А123 — оплачено' },
  },
  ...[
    'Договор № 15/2026: Газель',
    // A second sign before a number that once began with one.
    'Газель, ДОГОВОР № № 15/2026',
    'Газель, договор 15/2026',
    'Газель [ДОГОВОР №15/2026]',
    'дог. 15/2026 — Газель',
    'Газель (Contract # 15/2026)',
    'Газель (договор  №  15/2026 )',
  ].map((deal) => ({
    title: `the number written as in «${deal}» is no part of the name`,
    name: 'Камаз',
    number: '15/2026',
    deal,
    before: 'Камаз (договор 15/2026)',
    formerly: 'Камаз (договор 15/2026)',
    expect: { name: 'Газель' },
  })),
  {
    title: 'another number that only begins like ours is a part of the name',
    name: 'Камаз',
    number: '15',
    deal: 'Камаз, договор 15/2026',
    before: 'Камаз (договор 15)',
    formerly: 'Камаз (договор 15)',
    expect: { name: 'Камаз, договор 15/2026' },
  },
  {
    title: 'a word in brackets that is no number is a part of the name',
    name: 'Камаз',
    deal: 'Камаз (договор аренды) (договор 7)',
    expect: { name: 'Камаз (договор аренды)' },
  },
  {
    title: 'renumbered: replaced where a manager put it',
    name: 'Камаз — оплачено',
    number: '8',
    deal: 'Камаз (договор 7) — оплачено',
    before: 'Камаз (договор 7) — оплачено',
    formerly: 'Камаз — оплачено (договор 7)',
    expect: { toRemote: 'Камаз (договор 8) — оплачено' },
  },
  {
    title: 'renumbered: in the words that a manager chose',
    name: 'Камаз',
    number: '8',
    deal: 'ДОГОВОР №7: Камаз',
    before: 'ДОГОВОР №7: Камаз',
    expect: { toRemote: 'ДОГОВОР №8: Камаз' },
  },
  {
    title: 'our name changes: the number stays where a manager put it',
    name: 'Volvo',
    deal: 'Договор № 7: Камаз',
    before: 'Договор № 7: Камаз',
    expect: { toRemote: 'Договор № 7: Volvo' },
  },
  {
    title: 'our name changes: a number that stands twice stands once',
    name: 'Volvo',
    deal: 'Камаз (договор 7) (договор 7)',
    before: 'Камаз (договор 7) (договор 7)',
    expect: { toRemote: 'Volvo (договор 7)' },
  },
  {
    title: 'renumbered while a manager renames: the former number is no part of the name, the new one is shown',
    name: 'Камаз',
    number: '8',
    deal: 'Volvo (договор 7)',
    policy: 'bitrix24',
    expect: { toRemote: 'Volvo (договор 8)', name: 'Volvo', conflict: true },
  },
  {
    title: 'the same with the former number in words of the manager',
    name: 'Камаз',
    number: '8',
    deal: 'Договор № 7: Volvo',
    policy: 'bitrix24',
    expect: { toRemote: 'Договор № 8: Volvo', name: 'Volvo', conflict: true },
  },
  {
    title: 'a number that the name held although the object has no contract is a part of the name there too',
    name: 'Камаз (договор № 7)',
    number: null,
    deal: 'Volvo — (договор № 7)',
    before: 'Камаз (договор № 7)',
    formerly: 'Камаз (договор № 7)',
    expect: { name: 'Volvo — (договор № 7)' },
  },
  {
    title: 'the contract was taken away and the deal is renamed: its number, that we added, is no part of the name',
    name: 'Камаз',
    number: null,
    deal: 'Volvo (договор 7)',
    policy: 'bitrix24',
    expect: { toRemote: 'Volvo', name: 'Volvo', conflict: true },
  },
  {
    title: 'a name that carries the number itself is sent with it once',
    name: 'Volvo (договор 7)',
    deal: shadow,
    expect: { toRemote: 'Volvo (договор 7)' },
  },
];

describe("the contract's number in a deal's title", () => {
  for (const {
    title,
    name,
    number = '7',
    deal,
    before = shadow,
    formerly = shadow,
    policy = 'latest',
    expect: expected,
  } of cases) {
    it(title, () => {
      const at = new Date('2026-03-02T10:00:00Z');
      const result = merge({
        fieldMap: titleMap,
        local: { name, contract_number: number },
        remote: { fields: { TITLE: deal }, multifields: [] },
        localShadow: { title: formerly },
        remoteShadow: { ...emptyRemoteShadow, values: { title: before } },
        policy,
        direction: 'bidirectional',
        localModifiedAt: at,
        remoteModifiedAt: at,
        now: new Date('2026-03-02T12:00:00Z'),
      });
      expect({
        ...(result.toRemote[0] && { toRemote: result.toRemote[0].after }),
        ...(result.toLocal[0] && { name: result.toLocal[0].columns.name }),
        ...(result.adopted[0] && { adopted: true }),
        ...(result.conflicts[0] && { conflict: true }),
      }).to.deep.equal(expected);
    });
  }
});
