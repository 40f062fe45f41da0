import { expect } from 'chai';
import fc from 'fast-check';
import { withPatch } from '../../../app/integration/settings-patch.ts';
import { findChanges, patchOf, touches, withChanges } from '../../../public/src/settings/changes.ts';

const leaf = fc.oneof(fc.boolean(), fc.constantFrom('crm', 'bitrix24', ''), fc.array(fc.nat(3), { maxLength: 3 }));
const key = fc.constantFrom('object', 'user', 'policies', 'Грузовик 1.5');
const { document } = fc.letrec((tie) => ({
  document: fc.dictionary(key, fc.oneof({ depthSize: 'small' }, leaf, tie('document')), { maxKeys: 3 }),
}));

/** A document without empty groups: they are the same as none. */
function pruned(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  const entries = Object.entries(value)
    .map(([name, part]) => [name, pruned(part)] as const)
    .filter(([, part]) => part !== undefined);
  return entries.length > 0 ? Object.fromEntries(entries) : undefined;
}

describe('changes of the settings on the page', () => {
  it('lead from one document to the other, on the page and as a patch at the server', () => {
    fc.assert(
      fc.property(document, document, (before, after) => {
        const changes = findChanges(before, after);
        expect(pruned(withChanges(before, changes))).to.deep.equal(pruned(after));
        const patch = patchOf(changes) as Record<string, unknown>;
        expect(pruned(withPatch(before as Record<string, unknown>, patch))).to.deep.equal(pruned(after));
      }),
    );
  });

  it('name nothing that is the same, whatever the order of keys and whatever is empty', () => {
    const before = { policies: { object: 'crm', user: 'latest' }, field_map: { object: {} } };
    const after = { field_map: {}, policies: { user: 'latest', object: 'crm' } };
    expect(findChanges(before, after)).to.deep.equal([]);
  });

  it('name each place that differs, lists as wholes, and a group that is taken out as one', () => {
    const before = { a: { list: [1], gone: { x: 1, y: 2 } }, country: 'RU' };
    const after = { a: { list: [1, 2], fresh: { x: 1 } }, country: null };
    expect(findChanges(before, after)).to.deep.equal([
      { path: ['a', 'fresh', 'x'], before: undefined, after: 1 },
      { path: ['a', 'gone'], before: { x: 1, y: 2 }, after: undefined },
      { path: ['a', 'list'], before: [1], after: [1, 2] },
      { path: ['country'], before: 'RU', after: null },
    ]);
    expect(patchOf(findChanges(before, after))).to.deep.equal({
      a: { fresh: { x: 1 }, gone: null, list: [1, 2] },
      country: null,
    });
  });

  it('of two people meet where one is about the same place, or a part of it', () => {
    const at = (...path: string[]) => ({ path, before: 1, after: 2 });
    expect(touches(at('a', 'b'), at('a', 'b'))).to.equal(true);
    expect(touches(at('a'), at('a', 'b'))).to.equal(true);
    expect(touches(at('a', 'b', 'c'), at('a', 'b'))).to.equal(true);
    expect(touches(at('a', 'b'), at('a', 'c'))).to.equal(false);
    expect(touches(at('a.b'), at('a', 'b'))).to.equal(false);
  });
});
