import { expect } from 'chai';
import { compareSchemas, isUndone, type Schema, type SchemaItem } from '../../../../app/sync/schema/compare.ts';

const item = (values: Partial<SchemaItem> = {}): SchemaItem => ({
  title: 'Номер',
  type: 'string',
  isMultiple: false,
  isRequired: false,
  isReadOnly: false,
  statusType: null,
  options: [],
  ...values,
});
const options = (...ids: string[]) => ids.map((id) => ({ id, name: `Значение ${id}` }));
/** Enough beside the field in question: what happens to all titles at once is another language. */
const others = Object.fromEntries(['A', 'B', 'C'].map((name) => [name, item({ title: name })]));
const withField = (values: Partial<SchemaItem> | null): Schema => ({ ...others, ...(values && { UF: item(values) }) });

describe('what changed in the fields of a portal', () => {
  const cases: [string, Partial<SchemaItem>, Partial<SchemaItem> | null, string, string | null, string | null][] = [
    ['a deleted field', {}, null, 'removed', 'string', null],
    ['another type', {}, { type: 'integer' }, 'retyped', 'string', 'integer'],
    ['several values instead of one', {}, { isMultiple: true }, 'retyped', 'string', 'string[]'],
    ['a field that is required now', {}, { isRequired: true }, 'required', null, null],
    ['another title', {}, { title: 'Серийный номер' }, 'renamed', 'Номер', 'Серийный номер'],
    ['an option less', { options: options('1', '2') }, { options: options('1') }, 'option_removed', 'Значение 2', null],
  ];
  for (const [name, before, after, kind, was, is] of cases) {
    it(`${name} is told, and forgotten once it is as it was`, () => {
      const [change, ...rest] = compareSchemas(withField(before), withField(after));
      expect(rest).to.deep.equal([]);
      expect(change).to.include({ kind, name: 'UF', before: was, after: is });
      if (!change) throw new Error('There is no change');
      expect(isUndone(change, withField(after))).to.equal(false);
      expect(isUndone(change, withField(before))).to.equal(true);
    });
  }

  const silent: [string, Schema, Schema][] = [
    ['nothing', withField({}), withField({})],
    ['a new field', withField(null), withField({})],
    [
      'an option more, and others in another order',
      withField({ options: options('1', '2') }),
      withField({ options: options('3', '2', '1') }),
    ],
    ['a field that is not required any more', withField({ isRequired: true }), withField({})],
    [
      'every title in another language',
      withField({}),
      Object.fromEntries(Object.entries(withField({})).map(([key, field]) => [key, { ...field, title: `${key} en` }])),
    ],
  ];
  for (const [name, before, after] of silent) {
    it(`${name}: nothing has to be done`, () => {
      expect(compareSchemas(before, after)).to.deep.equal([]);
    });
  }
});
