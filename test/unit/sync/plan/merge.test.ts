import { expect } from 'chai';
import type { Canonical, FieldOwner, FieldPair, RemoteValues } from '../../../../app/field-maps/types.ts';
import { emptyRemoteShadow, type MergeInput, merge } from '../../../../app/sync/plan/merge.ts';
import { nextShadows } from '../../../../app/sync/plan/shadows.ts';

/** A pair whose two sides hold the same text: what is tested here is the policy, not the conversion. */
function textPair(key: string, owner: FieldOwner): FieldPair {
  const field = key.toUpperCase();
  return {
    key,
    owner,
    localFields: [key],
    remoteFields: [field],
    readLocal: (local) => (local[key] as Canonical) ?? null,
    readRemote: (remote) => (remote.fields[field] as Canonical) ?? null,
    encode: (local) => (local[key] as Canonical) ?? null,
    decode: (value) => (key === 'name' && value === null ? {} : { [key]: value }),
    write: (remote, value) => ({ ...remote, fields: { ...remote.fields, [field]: value } }),
  };
}

interface Case {
  name: string;
  owner?: FieldOwner;
  /** What the pair was when last equal; absent: it never was. */
  shadow?: Canonical;
  local: Canonical;
  remote: Canonical;
  policy?: MergeInput['policy'];
  direction?: MergeInput['direction'];
  later?: 'local' | 'remote' | 'same second';
  key?: string;
  restores?: number;
  expect: { toRemote?: Canonical; toLocal?: Canonical; winner?: 'crm' | 'bitrix24'; adopted?: true };
}

const cases: Case[] = [
  { name: 'neither side changed', shadow: 'a', local: 'a', remote: 'a', expect: {} },
  { name: 'only ours changed', shadow: 'a', local: 'b', remote: 'a', expect: { toRemote: 'b' } },
  { name: 'only theirs changed', shadow: 'a', local: 'a', remote: 'b', expect: { toLocal: 'b' } },
  { name: 'ours was emptied', shadow: 'a', local: null, remote: 'a', expect: { toRemote: null } },
  { name: 'theirs was emptied', shadow: 'a', local: 'a', remote: null, expect: { toLocal: null } },
  { name: 'both changed to the same', shadow: 'a', local: 'b', remote: 'b', expect: { adopted: true } },
  {
    name: 'both changed, ours later',
    shadow: 'a',
    local: 'b',
    remote: 'c',
    later: 'local',
    expect: { toRemote: 'b', winner: 'crm' },
  },
  {
    name: 'both changed, theirs later',
    shadow: 'a',
    local: 'b',
    remote: 'c',
    later: 'remote',
    expect: { toLocal: 'c', winner: 'bitrix24' },
  },
  {
    name: 'both changed in the same second',
    shadow: 'a',
    local: 'b',
    remote: 'c',
    later: 'same second',
    expect: { toRemote: 'b', winner: 'crm' },
  },
  {
    name: 'policy crm beats a later change of theirs',
    shadow: 'a',
    local: 'b',
    remote: 'c',
    policy: 'crm',
    later: 'remote',
    expect: { toRemote: 'b', winner: 'crm' },
  },
  {
    name: 'policy bitrix24 beats a later change of ours',
    shadow: 'a',
    local: 'b',
    remote: 'c',
    policy: 'bitrix24',
    later: 'local',
    expect: { toLocal: 'c', winner: 'bitrix24' },
  },
  { name: 'first link, equal', local: 'a', remote: 'a', expect: { adopted: true } },
  { name: 'first link, filled beats empty: ours', local: 'a', remote: null, expect: { toRemote: 'a' } },
  { name: 'first link, filled beats empty: theirs', local: null, remote: 'b', expect: { toLocal: 'b' } },
  {
    name: 'first link, different',
    local: 'a',
    remote: 'b',
    later: 'remote',
    expect: { toLocal: 'b', winner: 'bitrix24' },
  },
  { name: 'ours alone: changed there', owner: 'crm', shadow: 'a', local: 'a', remote: 'b', expect: { toRemote: 'a' } },
  { name: 'ours alone: both changed', owner: 'crm', shadow: 'a', local: 'b', remote: 'c', expect: { toRemote: 'b' } },
  {
    name: 'ours alone and empty: filled there',
    owner: 'crm',
    shadow: null,
    local: null,
    remote: 'b',
    expect: { adopted: true },
  },
  {
    name: 'ours alone: emptied here, another value there',
    owner: 'crm',
    shadow: 'a',
    local: null,
    remote: 'b',
    expect: { adopted: true },
  },
  { name: 'ours alone, first link, we are empty', owner: 'crm', local: null, remote: 'b', expect: { adopted: true } },
  {
    name: 'ours alone, a robot puts its value back again and again',
    owner: 'crm',
    shadow: 'a',
    local: 'a',
    remote: 'b',
    restores: 3,
    expect: { adopted: true, winner: 'bitrix24' },
  },
  {
    name: 'theirs alone: changed here',
    owner: 'bitrix24',
    shadow: 'a',
    local: 'b',
    remote: 'a',
    expect: { toLocal: 'a' },
  },
  {
    name: 'a name cannot be emptied: ours is put back',
    key: 'name',
    shadow: 'a',
    local: 'a',
    remote: null,
    expect: { toRemote: 'a' },
  },
  {
    name: 'one way to Bitrix24: their change is left alone',
    direction: 'to_bitrix',
    shadow: 'a',
    local: 'a',
    remote: 'b',
    expect: {},
  },
  {
    name: 'one way to Bitrix24: ours beats theirs without a conflict',
    direction: 'to_bitrix',
    shadow: 'a',
    local: 'b',
    remote: 'c',
    later: 'remote',
    expect: { toRemote: 'b' },
  },
  {
    name: 'one way from Bitrix24: our change is left alone',
    direction: 'from_bitrix',
    shadow: 'a',
    local: 'b',
    remote: 'a',
    expect: {},
  },
];

function inputOf(test: Case): MergeInput {
  const key = test.key ?? 'text';
  const pair = textPair(key, test.owner ?? 'both');
  const at = (later: boolean) => new Date(later ? '2026-03-02T10:00:01Z' : '2026-03-02T10:00:00Z');
  const isEqualOnce = test.shadow !== undefined;
  return {
    fieldMap: { entity: 'object', pairs: [pair] },
    local: { [key]: test.local },
    remote: { fields: { [key.toUpperCase()]: test.remote }, multifields: [] },
    localShadow: isEqualOnce ? { [key]: test.shadow as Canonical } : {},
    remoteShadow: {
      ...emptyRemoteShadow,
      values: isEqualOnce ? { [key]: test.shadow as Canonical } : {},
      restores: test.restores ? { [key]: test.restores } : {},
    },
    policy: test.policy ?? 'latest',
    direction: test.direction ?? 'bidirectional',
    localModifiedAt: at(test.later === 'local'),
    remoteModifiedAt: at(test.later === 'remote'),
    now: new Date('2026-03-02T12:00:00Z'),
  };
}

describe('merge', () => {
  for (const test of cases) {
    it(test.name, () => {
      const result = merge(inputOf(test));
      const seen = {
        ...(result.toRemote[0] && { toRemote: result.toRemote[0].after }),
        ...(result.toLocal[0] && { toLocal: result.toLocal[0].after }),
        ...(result.conflicts[0] && { winner: result.conflicts[0].winner }),
        ...(result.adopted[0] && { adopted: true }),
      };
      expect(seen).to.deep.equal(test.expect);
    });
  }

  it('keeps the losing value of a conflict', () => {
    const [conflict] = merge(inputOf({ name: '', shadow: 'a', local: 'b', remote: 'c', expect: {} })).conflicts;
    expect(conflict).to.include({ key: 'text', localValue: 'b', remoteValue: 'c', winner: 'crm' });
  });

  it('changes of different fields on both sides meet without a conflict', () => {
    const base = inputOf({ name: '', shadow: 'a', local: 'b', remote: 'a', expect: {} });
    const result = merge({
      ...base,
      fieldMap: { entity: 'object', pairs: [textPair('text', 'both'), textPair('note', 'both')] },
      local: { text: 'b', note: 'x' },
      remote: { fields: { TEXT: 'a', NOTE: 'y' }, multifields: [] },
      localShadow: { text: 'a', note: 'x' },
      remoteShadow: { ...emptyRemoteShadow, values: { text: 'a', note: 'x' } },
    });
    expect(result.conflicts).to.deep.equal([]);
    expect(result.toRemote.map(({ pair }) => pair.key)).to.deep.equal(['text']);
    expect(result.toLocal.map(({ pair }) => pair.key)).to.deep.equal(['note']);
  });

  const rested: { name: string; restores: number; minutes: number | null; restored: boolean; count: number }[] = [
    { name: 'the first change', restores: 0, minutes: null, restored: true, count: 1 },
    { name: 'the third within the hour', restores: 2, minutes: 59, restored: true, count: 3 },
    { name: 'the fourth within the hour', restores: 3, minutes: 59, restored: false, count: 3 },
    { name: 'the fourth after an hour of rest', restores: 3, minutes: 60, restored: true, count: 1 },
    { name: 'the second after an hour of rest', restores: 1, minutes: 61, restored: true, count: 1 },
    { name: 'a count of an earlier release, below the limit', restores: 2, minutes: null, restored: true, count: 3 },
    { name: 'a count of an earlier release, at the limit', restores: 3, minutes: null, restored: false, count: 3 },
  ];
  for (const { name, restores, minutes, restored, count } of rested) {
    it(`a foreign change of a field of ours, ${name}: ${restored ? 'put right' : 'left, one conflict'}`, () => {
      const base = inputOf({ name: '', owner: 'crm', shadow: 'a', local: 'a', remote: 'b', restores, expect: {} });
      const restoredAt: Record<string, string> =
        minutes === null ? {} : { text: new Date(base.now.getTime() - minutes * 60_000).toISOString() };
      const result = merge({ ...base, remoteShadow: { ...base.remoteShadow, restoredAt } });
      expect(result.toRemote.length).to.equal(restored ? 1 : 0);
      expect(result.conflicts.map(({ contested }) => contested)).to.deep.equal(restored ? [] : [true]);
      expect(result.restores).to.deep.equal({ text: count });
      expect(result.restoredAt).to.deep.equal({ text: base.now.toISOString() });
    });
  }

  it('gives up a field after three restorations in a row, and takes it up again when ours changes', () => {
    let input = inputOf({ name: '', owner: 'crm', shadow: 'a', local: 'a', remote: 'b', expect: {} });
    const robot: RemoteValues = { fields: { TEXT: 'b' }, multifields: [] };
    const ours: RemoteValues = { fields: { TEXT: 'a' }, multifields: [] };
    let restorations = 0;
    for (let round = 0; round < 10; round += 1) {
      const result = merge({ ...input, remote: robot });
      restorations += result.toRemote.length;
      const shadows = nextShadows(input.fieldMap, { local: input.localShadow, remote: input.remoteShadow }, result, {
        before: { local: input.local, remote: robot },
        localAfter: input.local,
        remoteAfter: result.toRemote.length > 0 ? ours : null,
      });
      input = { ...input, localShadow: shadows.local, remoteShadow: shadows.remote };
    }
    expect(restorations).to.equal(3);
    const edited = merge({ ...input, local: { text: 'new' }, remote: robot });
    expect(edited.toRemote[0]?.after).to.equal('new');
    expect(edited.restores).to.deep.equal({});
  });
});
