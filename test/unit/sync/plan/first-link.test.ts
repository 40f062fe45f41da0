import { expect } from 'chai';
import { fieldMapFor } from '../../../../app/field-maps/custom.ts';
import type { RemoteValues } from '../../../../app/field-maps/types.ts';
import { emptyRemoteShadow, isUneventful, type MergeInput, merge } from '../../../../app/sync/plan/merge.ts';
import { nextShadows } from '../../../../app/sync/plan/shadows.ts';

interface Case {
  rule: MergeInput['firstLink'];
  ours: string | null;
  theirs: string | null;
  also?: Partial<Pick<MergeInput, 'direction' | 'policy'>>;
  /** `→` what is sent, `←` what is taken, `=` nothing; and who won a conflict. */
  expected: string;
}

const cases: Case[] = [
  { rule: 'fill_only', ours: 'a@a.example', theirs: 'b@b.example', expected: '= none' },
  { rule: 'fill_only', ours: 'a@a.example', theirs: 'a@a.example', expected: '=' },
  { rule: 'fill_only', ours: 'a@a.example', theirs: null, expected: '→ a@a.example' },
  { rule: 'fill_only', ours: null, theirs: 'b@b.example', expected: '← b@b.example' },
  { rule: 'fill_only', ours: 'a@a.example', theirs: 'b@b.example', also: { policy: 'crm' }, expected: '= none' },
  {
    rule: 'fill_only',
    ours: 'a@a.example',
    theirs: 'b@b.example',
    also: { direction: 'to_bitrix' },
    expected: '= none',
  },
  { rule: 'fill_only', ours: null, theirs: 'b@b.example', also: { direction: 'to_bitrix' }, expected: '=' },
  {
    rule: 'crm',
    ours: 'a@a.example',
    theirs: 'b@b.example',
    also: { policy: 'bitrix24' },
    expected: '→ a@a.example crm',
  },
  {
    rule: 'bitrix24',
    ours: 'a@a.example',
    theirs: 'b@b.example',
    also: { policy: 'crm' },
    expected: '← b@b.example bitrix24',
  },
  { rule: null, ours: 'a@a.example', theirs: 'b@b.example', also: { policy: 'crm' }, expected: '→ a@a.example crm' },
];

function inputOf({ rule, ours, theirs, also }: Case): MergeInput {
  const pairs = fieldMapFor('user', {}).pairs.filter(({ key }) => key === 'email');
  return {
    fieldMap: { entity: 'user', pairs },
    local: { email: ours },
    remote: remoteWith(theirs),
    localShadow: {},
    remoteShadow: emptyRemoteShadow,
    policy: 'latest',
    direction: 'bidirectional',
    firstLink: rule ?? null,
    localModifiedAt: new Date('2026-03-02T10:00:00Z'),
    remoteModifiedAt: new Date('2026-03-02T10:00:00Z'),
    now: new Date('2026-03-02T12:00:00Z'),
    ...also,
  };
}

function remoteWith(email: string | null): RemoteValues {
  const multifields = email === null ? [] : [{ id: 7, typeId: 'EMAIL' as const, valueType: 'WORK', value: email }];
  return { fields: {}, multifields };
}

describe('the first link of two records that were found to be the same', () => {
  for (const test of cases) {
    const { rule, ours, theirs, also = {}, expected } = test;
    const named = [`${ours} and ${theirs}`, ...Object.values(also)].join(', ');
    it(`${rule ?? 'without a rule'}: ${named}`, () => {
      const { toRemote, toLocal, conflicts } = merge(inputOf(test));
      const sent = toRemote.map(({ after }) => `→ ${after}`);
      const taken = toLocal.map(({ after }) => `← ${after}`);
      const moved = [...sent, ...taken].join(' ') || '=';
      expect([moved, ...conflicts.map(({ winner }) => winner)].join(' ')).to.equal(expected);
    });
  }

  it('leaves shadows by which nothing is to be done, and the next change of either side travels', () => {
    const input = inputOf({ rule: 'fill_only', ours: 'a@a.example', theirs: 'b@b.example', expected: '' });
    const shadows = nextShadows(input.fieldMap, { local: {}, remote: emptyRemoteShadow }, merge(input), {
      before: { local: input.local, remote: input.remote },
      localAfter: input.local,
      remoteAfter: null,
    });
    const later = { ...input, localShadow: shadows.local, remoteShadow: shadows.remote, firstLink: null };
    expect(isUneventful(merge(later))).to.equal(true);
    const edited = merge({ ...later, remote: remoteWith('c@c.example') });
    expect(edited.toLocal.map(({ after }) => after)).to.deep.equal(['c@c.example']);
    const own = merge({ ...later, local: { email: 'd@d.example' } });
    expect(own.toRemote.map(({ after }) => after)).to.deep.equal(['d@d.example']);
    expect([...edited.conflicts, ...own.conflicts]).to.deep.equal([]);
  });
});
