import { expect } from 'chai';
import type { RemoteRecord } from '../../../../app/bitrix24/client.ts';
import type { FieldPair } from '../../../../app/field-maps/types.ts';
import { askedLines, settledByEnding, settledFields } from '../../../../app/sync/apply/asked-fields.ts';
import type { LoadedPair, SyncContext } from '../../../../app/sync/pair.ts';
import type { AskedField } from '../../../../app/sync/plan/field-policy.ts';
import type { FieldConflict, MergeResult } from '../../../../app/sync/plan/merge.ts';

const at = new Date('2026-03-02T10:00:00Z');

function remoteOf(fields: Record<string, unknown>): RemoteRecord {
  return { id: 9, fields, multifields: [], modifiedAt: at, createdAt: at, originatorId: null, originId: null };
}

const fieldPair = (key: string): FieldPair => ({
  key,
  owner: 'both',
  localFields: [key],
  remoteFields: [key.toUpperCase()],
  readLocal: () => null,
  readRemote: () => null,
  encode: () => null,
  decode: () => ({}),
  write: (remote) => remote,
});

const merged = (conflicts: FieldConflict[], resting: string[] = []): MergeResult => ({
  ...{ toRemote: [], toLocal: [], adopted: [], restores: {}, restoredAt: {} },
  conflicts,
  resting,
  unmapped: [],
});
const open: FieldConflict = { key: 'title', localValue: 'a', remoteValue: 'b', winner: 'none', asked: true };

function pairOf(asked: LoadedPair['asked'], remote = remoteOf({ TITLE: 'b' })) {
  const local = { id: 7, record: {}, modifiedAt: at };
  // Only what the functions look at.
  return { entity: 'object', localId: 7, remoteId: 9, local, remote, asked } as unknown as LoadedPair;
}

describe('fields about which a person is asked', () => {
  for (const [name, fields, expected] of [
    ['names who saved the record in the portal', { TITLE: 'b', MODIFY_BY_ID: 12 }, '12'],
    ['names no person where the portal does not tell', { TITLE: 'b' }, null],
  ] as const) {
    it(name, () => {
      const [line] = askedLines(pairOf({}, remoteOf(fields)), merged([open]));
      expect(line).to.deep.equal({
        ...{ entity: 'object', localId: 7, remoteId: 9, key: 'title', localValue: 'a', remoteValue: 'b' },
        ...{ localChangedAt: at, remoteChangedAt: at, remoteChangedBy: expected },
      });
    });
  }

  it('keep what was decided otherwise out of it', () => {
    expect(askedLines(pairOf({}), merged([{ ...open, winner: 'crm', asked: false }]))).to.deep.equal([]);
  });

  const standing = (decision: AskedField['decision'] = null) => ({ title: { local: 'a', remote: 'b', decision } });
  const cases: { name: string; merge: MergeResult; asked?: LoadedPair['asked']; change?: object; closes: boolean }[] = [
    { name: 'it is asked still', merge: merged([open]), closes: false },
    { name: 'the sides are equal', merge: merged([]), closes: true },
    { name: 'the answer does not fit the values of now', merge: merged([open]), asked: standing('crm'), closes: true },
    { name: 'the field rests after an error', merge: merged([], ['title']), closes: false },
    { name: 'the answer was refused', merge: merged([]), change: { refused: [{ key: 'title' }] }, closes: false },
    { name: 'the record does not show the field', merge: merged([]), change: { remote: remoteOf({}) }, closes: false },
    { name: 'the field is gone from the portal', merge: merged([]), change: { paused: ['title'] }, closes: false },
    { name: 'the field is not synchronised any more', merge: merged([]), change: { pairs: [] }, closes: true },
  ];
  for (const { name, merge, asked = standing(), change = {}, closes } of cases) {
    it(`${name}: the question ${closes ? 'is closed' : 'stays'}`, () => {
      const { refused, remote, paused, pairs } = {
        ...{ refused: [], remote: remoteOf({ TITLE: 'b' }), paused: [] as string[], pairs: [fieldPair('title')] },
        ...change,
      };
      // Only what the function looks at.
      const context = { paused: new Set(paused), fieldMap: { entity: 'object', pairs } } as unknown as SyncContext;
      const local = { record: {} } as never;
      const settled = settledFields(context, pairOf(asked), { merge, local, remote, refused });
      expect(settled).to.deep.equal(closes ? [{ entity: 'object', localId: 7, keys: ['title'] }] : []);
    });
  }

  it('are closed with the pair, and not while it waits', () => {
    expect(settledByEnding(pairOf(standing()), { action: 'orphan' })).to.have.length(1);
    expect(settledByEnding(pairOf(standing()), { action: 'skip' })).to.deep.equal([]);
  });
});
