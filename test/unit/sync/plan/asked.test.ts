import { expect } from 'chai';
import fc from 'fast-check';
import type { Canonical, FieldPair, RemoteValues } from '../../../../app/field-maps/types.ts';
import type { AskedField } from '../../../../app/sync/plan/field-policy.ts';
import { emptyRemoteShadow, isUneventful, type MergeInput, merge } from '../../../../app/sync/plan/merge.ts';
import { findOverwritten } from '../../../../app/sync/plan/overwritten.ts';
import { mergedRemote, nextShadows } from '../../../../app/sync/plan/shadows.ts';

/** A pair whose two sides hold the same text. A name cannot be emptied on our side. */
function textPair(key: string): FieldPair {
  const field = key.toUpperCase();
  return {
    key,
    owner: 'both',
    localFields: [key],
    remoteFields: [field],
    readLocal: (local) => (local[key] as Canonical) ?? null,
    readRemote: (remote) => (remote.fields[field] as Canonical) ?? null,
    encode: (local) => (local[key] as Canonical) ?? null,
    decode: (value) => (key === 'name' && value === null ? {} : { [key]: value }),
    write: (remote, value) => ({ ...remote, fields: { ...remote.fields, [field]: value } }),
  };
}

interface Sides {
  /** What the pair was when last equal; absent: it never was. */
  shadow?: Canonical;
  local: Canonical;
  remote: Canonical;
}

function inputOf({ shadow, local, remote }: Sides, key = 'text'): MergeInput {
  const isEqualOnce = shadow !== undefined;
  return {
    fieldMap: { entity: 'object', pairs: [textPair(key)] },
    local: { [key]: local },
    remote: { fields: { [key.toUpperCase()]: remote }, multifields: [] },
    localShadow: isEqualOnce ? { [key]: shadow } : {},
    remoteShadow: { ...emptyRemoteShadow, values: isEqualOnce ? { [key]: shadow } : {} },
    policy: 'ask',
    direction: 'bidirectional',
    localModifiedAt: new Date('2026-03-02T10:00:00Z'),
    remoteModifiedAt: new Date('2026-03-02T10:00:01Z'),
    now: new Date('2026-03-02T12:00:00Z'),
  };
}

function whatComes(input: MergeInput) {
  const { toRemote, toLocal, conflicts, adopted } = merge(input);
  return {
    ...(toRemote[0] && { toRemote: toRemote[0].after }),
    ...(toLocal[0] && { toLocal: toLocal[0].after }),
    ...(conflicts[0] && { [conflicts[0].asked ? 'asked' : 'winner']: conflicts[0].asked ?? conflicts[0].winner }),
    ...(adopted[0] && { adopted: true }),
  };
}

const both = { shadow: 'a', local: 'b', remote: 'c' };
const decided = (decision: AskedField['decision'], values = { local: 'b', remote: 'c' }) => ({
  asked: { text: { ...values, decision } },
});

const cases: { name: string; sides: Sides; change?: Partial<MergeInput>; key?: string; expected: object }[] = [
  { name: 'both sides changed: a person is asked', sides: both, expected: { asked: true } },
  { name: 'only ours changed: it is sent', sides: { ...both, remote: 'a' }, expected: { toRemote: 'b' } },
  { name: 'only theirs changed: it is taken over', sides: { ...both, local: 'a' }, expected: { toLocal: 'c' } },
  { name: 'both changed to the same', sides: { ...both, remote: 'b' }, expected: { adopted: true } },
  { name: 'it stands open: it is asked again', sides: both, change: decided(null), expected: { asked: true } },
  { name: 'ours was chosen: it is sent', sides: both, change: decided('crm'), expected: { toRemote: 'b' } },
  { name: 'theirs was chosen: it is taken over', sides: both, change: decided('bitrix24'), expected: { toLocal: 'c' } },
  {
    name: 'ours was chosen, and theirs is another one since',
    sides: { ...both, remote: 'd' },
    change: decided('crm'),
    expected: { asked: true },
  },
  {
    name: 'theirs was chosen, and ours is another one since',
    sides: { ...both, local: 'd' },
    change: decided('bitrix24'),
    expected: { asked: true },
  },
  {
    name: 'a field of its own policy among others that are asked about',
    sides: both,
    change: { policies: { text: 'crm' } },
    expected: { toRemote: 'b', winner: 'crm' },
  },
  {
    name: 'a field that is asked about among others that are not',
    sides: both,
    change: { policy: 'latest', policies: { text: 'ask' } },
    expected: { asked: true },
  },
  {
    name: 'another field is asked about',
    sides: both,
    change: { policy: 'bitrix24', policies: { note: 'ask' } },
    expected: { toLocal: 'c', winner: 'bitrix24' },
  },
  {
    name: 'one way to Bitrix24: there is nothing to ask',
    sides: both,
    change: { direction: 'to_bitrix' },
    expected: { toRemote: 'b' },
  },
  {
    name: 'one way from Bitrix24: there is nothing to ask',
    sides: both,
    change: { direction: 'from_bitrix' },
    expected: { toLocal: 'c' },
  },
  { name: 'a field that was never equal', sides: { local: 'b', remote: 'c' }, expected: { asked: true } },
  {
    name: 'a field that was never equal, empty there',
    sides: { local: 'b', remote: null },
    expected: { toRemote: 'b' },
  },
  {
    name: 'a first link whose rule keeps both',
    sides: { local: 'b', remote: 'c' },
    change: { firstLink: 'fill_only' },
    expected: { asked: true },
  },
  {
    name: 'a first link whose rule names a side',
    sides: { local: 'b', remote: 'c' },
    change: { firstLink: 'crm' },
    expected: { toRemote: 'b', winner: 'crm' },
  },
  {
    name: 'a name that was emptied there and changed here',
    sides: { ...both, remote: null },
    key: 'name',
    expected: { asked: true },
  },
];

describe('a field about which a person is asked', () => {
  for (const { name, sides, change, key, expected } of cases) {
    it(name, () => {
      expect(whatComes({ ...inputOf(sides, key), ...change })).to.deep.equal(expected);
    });
  }

  it('changes nothing by standing open, and shows the values of both sides', () => {
    const result = merge(inputOf(both));
    expect(isUneventful(result)).to.equal(true);
    expect(result.conflicts).to.deep.equal([
      { key: 'text', localValue: 'b', remoteValue: 'c', winner: 'none', asked: true },
    ]);
  });

  it('what was written before the question could be known is a conflict that can be put back', () => {
    const input = inputOf({ ...both, remote: 'a' });
    const planned = merge(input);
    const { toLocal, conflicts } = findOverwritten(input, planned, { fields: { TEXT: 'c' }, multifields: [] });
    expect(toLocal).to.deep.equal([]);
    expect(conflicts).to.deep.equal([{ key: 'text', localValue: 'b', remoteValue: 'c', winner: 'crm' }]);
  });

  const text = fc.constantFrom<Canonical>('a', 'b', 'c', null);
  const edit = fc.record({
    side: fc.constantFrom('local', 'remote'),
    key: fc.constantFrom('text', 'note'),
    value: text,
  });

  it('is written on neither side, whatever is edited, while it differs from what both sides last agreed on', () => {
    fc.assert(
      fc.property(fc.array(edit, { maxLength: 12 }), (edits) => {
        let input: MergeInput = {
          ...inputOf({ shadow: 'a', local: 'a', remote: 'a' }),
          fieldMap: { entity: 'object', pairs: [textPair('text'), textPair('note')] },
          remote: { fields: { TEXT: 'a', NOTE: null }, multifields: [] },
          policy: 'latest',
          policies: { text: 'ask' },
        };
        for (const { side, key, value } of edits) {
          if (side === 'local') input = { ...input, local: { ...input.local, [key]: value } };
          else input = { ...input, remote: withField(input.remote, key.toUpperCase(), value) };
          const pass = merge(input);
          const isOpen = differs(input);
          const written = [...pass.toRemote, ...pass.toLocal].map((change) => change.pair.key);
          expect(pass.conflicts.some(({ asked }) => asked)).to.equal(isOpen);
          if (isOpen) expect(written).not.to.include('text');
          input = applied(input, pass);
          // The other field goes on whatever stands open.
          expect(input.local.note ?? null).to.equal(input.remote.fields.NOTE ?? null);
          expect(merge(input).toRemote.concat(merge(input).toLocal)).to.deep.equal([]);
        }
      }),
    );
  });
});

function withField(remote: RemoteValues, name: string, value: Canonical): RemoteValues {
  return { ...remote, fields: { ...remote.fields, [name]: value } };
}

/** Both sides hold something else than when they were last equal, and not the same. */
function differs({ local, remote, localShadow, remoteShadow }: MergeInput): boolean {
  const ours = local.text ?? null;
  const theirs = remote.fields.TEXT ?? null;
  return ours !== localShadow.text && theirs !== remoteShadow.values.text && ours !== theirs;
}

/** Both sides and the shadows after a pass. */
function applied(input: MergeInput, pass: ReturnType<typeof merge>): MergeInput {
  const local = { ...input.local, ...Object.assign({}, ...pass.toLocal.map(({ columns }) => columns)) };
  const remote = mergedRemote(pass, input.remote, input.remoteShadow);
  const shadows = nextShadows(input.fieldMap, { local: input.localShadow, remote: input.remoteShadow }, pass, {
    before: { local: input.local, remote: input.remote },
    localAfter: local,
    remoteAfter: pass.toRemote.length > 0 ? remote : null,
  });
  return { ...input, local, remote, localShadow: shadows.local, remoteShadow: shadows.remote };
}
