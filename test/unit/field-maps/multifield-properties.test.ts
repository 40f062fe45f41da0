import { expect } from 'chai';
import fc from 'fast-check';
import { canonicalPhone } from '../../../app/field-maps/canonical.ts';
import { defaultPlace, type Multifield } from '../../../app/field-maps/types.ts';
import { userMapFor } from '../../../app/field-maps/users.ts';
import { expectNothingLost, expectQuiet } from './person-edits.ts';
import { SimulatedPair } from './simulated-pair.ts';

const countries = fc.constantFrom('RU', 'BY', 'KZ', 'UZ', 'UA');
const phone = fc.constantFrom(
  '8 (912) 345-67-89',
  '+7 912 345-67-90',
  '8 (029) 123-45-67',
  '+375 29 123-45-68',
  '8 701 123 45 67',
  '90 123 45 67',
  '050 123 45 67',
  '8 800 555-35-35 доб. 12',
  '112',
  'нет',
  'спросить Анну',
);
const email = fc.constantFrom('ivan@mail.example', 'Petr@mail.example', 'director@mail.example', 'a@b.example');

type Edit =
  | { by: 'crm'; value: string | null }
  | { by: 'manager'; does: 'add' | 'change'; value: string }
  | { by: 'manager'; does: 'remove' };

const editsOf = (value: fc.Arbitrary<string>): fc.Arbitrary<Edit[]> =>
  fc.array(
    fc.oneof(
      fc.record({ by: fc.constant('crm' as const), value: fc.option(value, { nil: null }) }),
      fc.record({
        by: fc.constant('manager' as const),
        does: fc.constantFrom('add' as const, 'change' as const),
        value,
      }),
      fc.constant({ by: 'manager' as const, does: 'remove' as const }),
    ),
    { maxLength: 6 },
  );

const kinds = [
  ['phones', 'phone', 'PHONE', phone],
  ['e-mails', 'email', 'EMAIL', email],
] as const;

for (const [title, column, typeId, value] of kinds) {
  describe(`${title} of a contact that both sides edit`, () => {
    it('keep every value that a manager entered and did not remove, and rest after each edit', () => {
      fc.assert(
        fc.property(countries, fc.option(value, { nil: null }), editsOf(value), (country, first, edits) => {
          const map = userMapFor({ ...defaultPlace, country });
          const pairs = map.pairs.filter(({ key }) => key === column);
          const canonical = (text: string) => (typeId === 'PHONE' ? canonicalPhone(text, country) : text.toLowerCase());
          const pair = new SimulatedPair({ ...map, pairs }, { [column]: first });
          const entered = new Map<number, string>();
          for (const edit of edits) {
            if (edit.by === 'crm') pair.editLocal({ [column]: edit.value });
            else applyEdit(pair, edit, typeId, entered);
            pair.pass();
            expectQuiet(pair);
            const values = pair.remote.multifields;
            for (const [id, text] of entered) expect(values.find((item) => item.id === id)?.value).to.equal(text);
            if (edit.by === 'crm' && edit.value)
              expectNothingLost(
                [canonical(edit.value) ?? ''],
                values.map((item) => canonical(item.value)),
                pair,
              );
          }
        }),
      );
    });
  });
}

/** A manager's edit; `entered` are the values that the manager added, by id. */
function applyEdit(
  pair: SimulatedPair,
  edit: Extract<Edit, { by: 'manager' }>,
  typeId: Multifield['typeId'],
  entered: Map<number, string>,
): void {
  const before = new Set(pair.remote.multifields.map(({ id }) => id));
  if (edit.does === 'add') {
    pair.editMultifields((values) => [...values, { typeId, valueType: 'WORK', value: edit.value }]);
    for (const { id } of pair.remote.multifields) if (id !== undefined && !before.has(id)) entered.set(id, edit.value);
    return;
  }
  const [first] = pair.remote.multifields;
  if (first?.id === undefined) return;
  if (edit.does === 'remove') {
    entered.delete(first.id);
    pair.editMultifields((values) => values.filter((item) => item !== first));
  } else {
    if (entered.has(first.id)) entered.set(first.id, edit.value);
    pair.editMultifields((values) => values.map((item) => (item === first ? { ...item, value: edit.value } : item)));
  }
}
