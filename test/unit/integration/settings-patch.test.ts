import { expect } from 'chai';
import { changedPaths, isSameDocument } from '../../../app/integration/settings-diff.ts';
import { settingsPatchSchema, withPatch } from '../../../app/integration/settings-patch.ts';

const patches: { name: string; patch: unknown; fits: boolean }[] = [
  { name: 'one key of one kind', patch: { policies: { user: 'crm' } }, fits: true },
  { name: 'null for a kind', patch: { policies: { user: null } }, fits: true },
  { name: 'null for a whole key', patch: { policies: null }, fits: true },
  { name: 'null for a key of a record', patch: { field_map: { object: { owners: { title: null } } } }, fits: true },
  { name: 'null deep inside an object', patch: { field_map: { object: { disabled: null } } }, fits: true },
  { name: 'nothing', patch: {}, fits: true },
  { name: 'a kind that is none', patch: { policies: { deal: null } }, fits: false },
  { name: 'a key that is none', patch: { polices: null }, fits: false },
  { name: 'a value that is none', patch: { policies: { user: 'later' } }, fits: false },
  { name: 'null inside a list', patch: { field_map: { object: { disabled: [null] } } }, fits: false },
];

describe('a patch of settings', () => {
  for (const { name, patch, fits } of patches) {
    it(`${name} is ${fits ? 'taken' : 'refused'}`, () => {
      expect(settingsPatchSchema.safeParse(patch).success).to.equal(fits);
    });
  }

  it('merges objects in all depths, takes out what is null, and replaces lists', () => {
    const document = {
      policies: { user: 'crm', object: 'latest' },
      field_map: { object: { disabled: ['title', 'description'], owners: { title: 'crm' } } },
      country: 'BY',
    };
    const patch = {
      policies: { user: null, contract: 'ask' },
      field_map: { object: { disabled: ['title'] } },
      country: null,
      automatic: { user: false },
    };
    expect(withPatch(document, patch)).to.deep.equal({
      policies: { object: 'latest', contract: 'ask' },
      field_map: { object: { disabled: ['title'], owners: { title: 'crm' } } },
      automatic: { user: false },
    });
  });
});

describe('what differs between two settings documents', () => {
  it('is told path by path, with defaults where a document is silent', () => {
    const before = { policies: { user: 'crm' }, field_map: { object: { disabled: ['title'] } } };
    const after = { automatic: { user: false }, field_map: { object: { disabled: ['title', 'details'] } } };
    expect(changedPaths(before, after)).to.deep.equal([
      { path: 'automatic.user', before: true, after: false },
      { path: 'field_map.object.disabled', before: ['title'], after: ['title', 'details'] },
      { path: 'policies.user', before: 'crm', after: 'latest' },
    ]);
  });

  it('is nothing where one names the default and the other is silent', () => {
    expect(changedPaths({ policies: { user: 'latest' } }, {})).to.deep.equal([]);
    expect(changedPaths(null, {})).to.deep.equal([]);
  });

  it('keys of other programs are no difference', () => {
    expect(isSameDocument({ ui: 1, country: 'BY' }, { country: 'BY' })).to.equal(true);
    expect(isSameDocument('rubbish', null)).to.equal(true);
    expect(isSameDocument({ country: 'BY' }, {})).to.equal(false);
  });
});
