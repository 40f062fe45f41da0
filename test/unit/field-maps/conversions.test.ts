import { expect } from 'chai';
import fc from 'fast-check';
import { fieldMapFor } from '../../../app/field-maps/custom.ts';
import type { Choice, CustomPair, FieldMap, KnownFields } from '../../../app/field-maps/types.ts';
import type { Entity } from '../../../app/lib/records.ts';
import { expectQuiet } from './person-edits.ts';
import { SimulatedPair } from './simulated-pair.ts';

const field = 'UF_CRM_X';

/** A map of one own pair alone. */
function only(
  entity: Entity,
  pair: Partial<CustomPair> & { local: string },
  known: [string, string, Choice[]?],
): FieldMap {
  const [bitrix24, type, choices] = known;
  const facts: KnownFields = new Map([[bitrix24, { type, ...(choices && { choices }) }]]);
  const map = fieldMapFor(entity, { custom: [{ bitrix24, owner: 'both', ...pair }] }, { known: facts });
  return { ...map, pairs: map.pairs.filter(({ key }) => key === `${pair.local}:${bitrix24}`) };
}

const words = fc.string({ unit: fc.constantFrom('а', 'Б', '7', '0', ' ', '-', '.', '@', '+', '\n'), maxLength: 12 });
const orEmpty = <Value>(values: fc.Arbitrary<Value>) => fc.option(values, { nil: null });
const days = fc
  .date({ min: new Date('1990-01-01'), max: new Date('2090-01-01'), noInvalidDate: true })
  .map((date) => date.toISOString().slice(0, 10));
const moments = fc
  .date({ min: new Date('1990-01-01'), max: new Date('2090-01-01'), noInvalidDate: true })
  .map((date) => date.toISOString());
const amounts = fc.integer({ min: -10_000, max: 10_000 }).map((cents) => cents / 100);

const colours: Choice[] = [
  { id: '45', name: 'Активен' },
  { id: '46', name: 'Отключён' },
  { id: '47', name: 'Резерв' },
];
/** Several CRM values go to one of the list, and several of the list to one of the CRM's. */
const table = [
  { crm: 'active', bitrix24: '45', return: true },
  { crm: 'trial', bitrix24: '45' },
  { crm: 'off', bitrix24: '46', return: true },
  { crm: 'off', bitrix24: '47' },
];
const crmWords = fc.constantFrom('active', 'trial', 'off', 'unheard of', 'Активен', 'резерв');
const options = fc.constantFrom(45, 46, 47, 99);

interface Way {
  title: string;
  map: FieldMap;
  local: fc.Arbitrary<unknown>;
  remote: fc.Arbitrary<unknown>;
  column: string;
}

const plain = (conversion: CustomPair['conversion'], type: string, values: fc.Arbitrary<unknown>): Way => ({
  title: `${conversion} in a field of the type ${type}`,
  map: only('object', { local: 'serial_number', conversion }, [field, type]),
  column: 'serial_number',
  local: orEmpty(words),
  remote: values,
});

const listed = (title: string, pair: Partial<CustomPair>, type = 'enumeration'): Way => ({
  title,
  map: only('object', { local: 'type', ...pair }, [field, type, colours]),
  column: 'type',
  local: orEmpty(crmWords),
  remote: orEmpty(options),
});

const ways: Way[] = [
  plain('text', 'string', orEmpty(words)),
  plain('number', 'double', orEmpty(amounts)),
  plain('phone', 'string', orEmpty(words)),
  plain('email', 'string', orEmpty(words)),
  plain('link', 'url', orEmpty(words)),
  {
    title: 'a day in a field of the type datetime',
    map: only('contract', { local: 'start_date' }, [field, 'datetime']),
    column: 'start_date',
    local: orEmpty(days),
    remote: orEmpty(moments),
  },
  {
    title: 'yes and no',
    map: only('user', { local: 'is_active' }, [field, 'boolean']),
    column: 'is_active',
    local: fc.boolean(),
    remote: fc.constantFrom('Y', 'N'),
  },
  {
    title: 'yes and no in a list by a table',
    map: only(
      'user',
      {
        local: 'is_active',
        values: [
          { crm: 'Y', bitrix24: '45' },
          { crm: 'N', bitrix24: '46' },
        ],
      },
      [field, 'enumeration', colours],
    ),
    column: 'is_active',
    local: fc.boolean(),
    remote: options,
  },
  listed('a list by a table', { values: table }),
  listed('a list by a table that keeps what it does not know', {
    values: table,
    unmapped: { to_bitrix: 'keep', from_bitrix: 'keep' },
  }),
  listed('a list by a table with values for the rest', {
    values: table,
    unmapped: { to_bitrix: { default: '47' }, from_bitrix: { default: 'off' } },
  }),
  listed('a list by its names', {}),
  listed('an entry of a CRM list by its name', {}, 'crm_status'),
  listed('an employee by e-mail', {}, 'user'),
];

const filesMap = only('object', { local: 'serial_number', direction: 'from_bitrix' }, [field, 'file']);

describe('the address of a file', () => {
  it('is the same however often the portal writes it with another key, and is never sent', () => {
    const pair = new SimulatedPair(filesMap, { serial_number: null });
    const file = (key: string) => ({
      id: 17,
      url: `/show_file.php?fileId=17&auth=${key}`,
      urlMachine: `/d/?token=${key}`,
    });
    pair.editRemote({ [field]: file('one') });
    pair.pass();
    expect(pair.local.serial_number).to.equal('/show_file.php?fileId=17');
    pair.editRemote({ [field]: file('two') });
    expectQuiet(pair);
    pair.editLocal({ serial_number: 'https://files.example/passport.pdf' });
    expectQuiet(pair);
    expect(pair.remote.fields[field]).to.deep.equal(file('two'));
  });
});

describe('conversions of own pairs', () => {
  for (const { title, map, column, local, remote } of ways) {
    it(`${title}: what a person typed on one side stays as it was typed, and a second pass writes nothing`, () => {
      const edits = fc.array(
        fc.oneof(
          local.map((value) => ({ here: value })),
          remote.map((value) => ({ there: value })),
        ),
        {
          maxLength: 6,
        },
      );
      fc.assert(
        fc.property(local, edits, (first, later) => {
          const pair = new SimulatedPair(map, { [column]: first });
          pair.pass();
          for (const edit of later) {
            if ('here' in edit) pair.editLocal({ [column]: edit.here });
            else pair.editRemote({ [field]: edit.there });
            const [typedHere, typedThere] = [pair.local[column], pair.remote.fields[field]];
            pair.pass();
            if ('here' in edit) expect(pair.local[column]).to.equal(typedHere);
            else if (!isRequiredAndEmptied(column, edit.there)) expect(pair.remote.fields[field]).to.equal(typedThere);
            expectQuiet(pair);
            // What is in error counts as edited until it is mended: the next edit meets it.
            if (pair.hasUnmapped) return;
          }
        }),
      );
    });

    it(`${title}: of two differing edits the loser is in a conflict or still there`, () => {
      fc.assert(
        fc.property(local, local, remote, (first, ours, theirs) => {
          const pair = new SimulatedPair(map, { [column]: first });
          pair.pass();
          const key = map.pairs[0]?.key ?? '';
          const before = pair.value(key);
          pair.editLocal({ [column]: ours });
          pair.editRemote({ [field]: theirs });
          const typed = pair.value(key);
          pair.pass();
          const inConflict = pair.conflicts.flatMap(({ localValue, remoteValue }) => [localValue, remoteValue]);
          const isKept = (value: string | null, was: string | null) =>
            value === null || value === was || inConflict.includes(value);
          const stays = [pair.local[column] === ours, pair.remote.fields[field] === theirs];
          expect(stays[0] || isKept(typed.local, before.local), 'ours').to.equal(true);
          expect(stays[1] || isKept(typed.remote, before.remote), 'theirs').to.equal(true);
          expectQuiet(pair);
        }),
      );
    });
  }
});

/** An emptied field of a column that may not be empty is filled again from our side. */
function isRequiredAndEmptied(column: string, value: unknown): boolean {
  return ['status', 'is_active'].includes(column) && (value === null || value === '');
}
