import { expect } from 'chai';
import { contractMap } from '../../../../app/field-maps/contracts.ts';
import { objectMap } from '../../../../app/field-maps/objects.ts';
import { defaultPlace, type FieldMap, type LocalRecord, type RemoteValues } from '../../../../app/field-maps/types.ts';
import { userMapFor } from '../../../../app/field-maps/users.ts';
import type { SyncDirection } from '../../../../app/lib/records.ts';
import { emptyRemoteShadow, type MergeResult, merge } from '../../../../app/sync/plan/merge.ts';
import { nextShadows, type Shadows, shadowsOf } from '../../../../app/sync/plan/shadows.ts';

interface Case {
  title: string;
  map: FieldMap;
  /** The two sides when they were last equal. */
  local: LocalRecord;
  remote: RemoteValues['fields'];
  /** What changed on either side since. */
  here?: Record<string, unknown>;
  there?: Record<string, unknown>;
  /** Fields that the portal does not name any more. */
  gone?: string[];
  direction?: SyncDirection;
  expect: { sent?: Record<string, unknown>; columns?: Record<string, unknown>; conflicts?: string[] };
}

const object = {
  name: 'Камаз',
  description: null,
  imei: null,
  type: null,
  contract_number: null,
  contract_client_name: null,
  contract_start_date: null,
  contract_end_date: null,
  contract_bitrix24_id: null,
  has_contract: false,
};
const contract = {
  contract_start_date: '2026-01-01',
  contract_end_date: '2026-12-31',
  contract_bitrix24_id: '7',
  has_contract: true,
};
const deal = {
  TITLE: 'Камаз',
  COMMENTS: null,
  BEGINDATE: '2026-02-01',
  CLOSEDATE: '2026-02-08',
  COMPANY_ID: null,
  STAGE_SEMANTIC_ID: 'P',
};
const dealOfContract = { ...deal, BEGINDATE: '2026-01-01', CLOSEDATE: '2026-12-31', COMPANY_ID: 7 };

const titleMap: FieldMap = { ...objectMap, pairs: objectMap.pairs.filter(({ key }) => key === 'title') };

const cases: Case[] = [
  {
    title: 'an object without a contract: company and dates that a manager sets stay',
    map: objectMap,
    local: object,
    remote: deal,
    there: { COMPANY_ID: 9, BEGINDATE: '2026-03-01', CLOSEDATE: '2026-04-01' },
    expect: {},
  },
  {
    title: 'the contract is taken off: what we wrote last is cleared',
    map: objectMap,
    local: { ...object, ...contract },
    remote: dealOfContract,
    here: object,
    expect: { sent: { BEGINDATE: null, CLOSEDATE: null, COMPANY_ID: null } },
  },
  {
    title: 'the contract is taken off: what a manager put in place of it stays',
    map: objectMap,
    local: { ...object, ...contract },
    remote: dealOfContract,
    here: object,
    there: { COMPANY_ID: 9, BEGINDATE: '2026-03-01', CLOSEDATE: '2026-04-01' },
    expect: {},
  },
  {
    title: 'contracts are not synchronised: their company is not known, and nothing is taken away',
    map: objectMap,
    local: { ...object, ...contract },
    remote: dealOfContract,
    here: { contract_bitrix24_id: null },
    there: { COMPANY_ID: 9 },
    expect: {},
  },
  {
    title:
      "a manager moves the contract's number in the title while the contract gets another: it is renewed where it stands now",
    map: titleMap,
    local: { ...object, ...contract, contract_number: '15' },
    remote: { ...dealOfContract, TITLE: 'Камаз (договор 15)' },
    here: { contract_number: '16' },
    there: { TITLE: 'Договор № 15: Камаз' },
    expect: { sent: { TITLE: 'Договор № 16: Камаз' } },
  },
  {
    title: 'a deal in a final stage keeps the date of its closing',
    map: objectMap,
    local: { ...object, ...contract },
    remote: dealOfContract,
    there: { STAGE_SEMANTIC_ID: 'S', CLOSEDATE: '2026-05-05' },
    expect: {},
  },
  {
    title:
      'a deal in a final stage keeps the date of its closing when the contract is prolonged, and takes the other date',
    map: objectMap,
    local: { ...object, ...contract },
    remote: dealOfContract,
    here: { contract_start_date: '2026-06-01', contract_end_date: '2027-12-31' },
    there: { STAGE_SEMANTIC_ID: 'F', CLOSEDATE: '2026-05-05' },
    expect: { sent: { BEGINDATE: '2026-06-01' } },
  },
  {
    title: 'a deal that is open again gets the date of the contract back',
    map: objectMap,
    local: { ...object, ...contract },
    remote: dealOfContract,
    there: { CLOSEDATE: '2026-05-05' },
    expect: { sent: { CLOSEDATE: '2026-12-31' } },
  },
  {
    title: 'fields that the portal does not name any more are neither emptied here nor written there',
    map: objectMap,
    local: { ...object, ...contract, description: 'Рефрижератор' },
    remote: { ...dealOfContract, COMMENTS: 'Рефрижератор' },
    here: { contract_end_date: '2027-01-01' },
    gone: ['COMMENTS', 'CLOSEDATE', 'TITLE'],
    expect: {},
  },
  {
    title: 'only from Bitrix24, both changed, the title emptied there: nothing is written',
    map: objectMap,
    local: object,
    remote: deal,
    here: { name: 'Камаз 5490' },
    there: { TITLE: '' },
    direction: 'from_bitrix',
    expect: {},
  },
  {
    title: "a company of several contracts keeps another contract's lines below the marker",
    map: contractMap,
    local: { number: '7', client_name: 'Ромашка' },
    remote: { TITLE: 'Ромашка', COMMENTS: '——— Axenta: ниже заполняется автоматически ———\nДоговор: 7' },
    there: { COMMENTS: 'Заметка\n\n——— Axenta: ниже заполняется автоматически ———\nДоговор: 7' },
    expect: {},
  },
];

describe('whose value it is', () => {
  for (const test of cases) {
    it(test.title, () => {
      const result = merged(test);
      const columns: Record<string, unknown> = Object.assign({}, ...result.toLocal.map((change) => change.columns));
      const sent = Object.fromEntries(result.toRemote.map(({ pair, after }) => [pair.remoteFields[0], after]));
      expect({
        ...(result.toRemote.length > 0 && { sent }),
        ...(result.toLocal.length > 0 && { columns }),
        ...(result.conflicts.length > 0 && { conflicts: result.conflicts.map(({ key }) => key) }),
      }).to.deep.equal(test.expect);
    });
  }

  it('a manager renames the deal while its contract gets another number: the new name is taken, the new number shown', () => {
    const local = { ...object, ...contract, contract_number: '15' };
    const shadows = shadowsOf(titleMap, local, valuesOf({ ...dealOfContract, TITLE: 'Камаз (договор 15)' }));
    const at = new Date('2026-03-02T10:00:00Z');
    const result = merge({
      ...{ fieldMap: titleMap, localShadow: shadows.local, remoteShadow: { ...emptyRemoteShadow, ...shadows.remote } },
      local: { ...local, contract_number: '16' },
      remote: valuesOf({ ...dealOfContract, TITLE: 'Камаз Neo (договор 15)' }),
      ...{ policy: 'bitrix24', direction: 'bidirectional', localModifiedAt: at, remoteModifiedAt: at, now: at },
    });
    expect(result.toLocal.map(({ columns }) => columns)).to.deep.equal([{ name: 'Камаз Neo' }]);
    expect(result.toRemote.map(({ after }) => after)).to.deep.equal(['Камаз Neo (договор 16)']);
  });

  it('a value of theirs that was adopted is not cleared when ours is emptied later', () => {
    const local = { ...object, ...contract };
    const shadows: Shadows = shadowsOf(objectMap, local, valuesOf(dealOfContract));
    const theirs = valuesOf({ ...dealOfContract, COMPANY_ID: 9 });
    // Three times put right, then left to them.
    const restores = { company: 3 };
    const given = { ...shadows, remote: { ...shadows.remote, restores } };
    const yielded = mergeOf(objectMap, local, theirs, given);
    expect(yielded.conflicts.map(({ key }) => key)).to.deep.equal(['company']);
    const after = nextShadows(objectMap, given, yielded, {
      before: { local, remote: theirs },
      localAfter: local,
      remoteAfter: null,
    });
    const emptied = mergeOf(objectMap, { ...local, contract_bitrix24_id: null, has_contract: false }, theirs, after);
    expect(emptied.toRemote).to.deep.equal([]);
  });

  it('a contact of a portal that names no multifields keeps them, and so does the user', () => {
    const map = userMapFor(defaultPlace);
    const local = { name: 'Иван', email: 'ivan@mail.example', phone: '+79123456789', role: 'user' };
    const fields = { NAME: 'Иван', LAST_NAME: '', SECOND_NAME: '', COMMENTS: null };
    const multifields = [{ id: 1, typeId: 'EMAIL' as const, valueType: 'WORK', value: 'ivan@mail.example' }];
    const shadows = shadowsOf(map, local, { fields, multifields });
    const pairs = map.pairs.filter(({ key }) => key === 'email' || key === 'phone');
    const result = mergeOf({ ...map, pairs }, local, { fields, multifields: [], lacksMultifields: true }, shadows);
    expect([...result.toLocal, ...result.toRemote]).to.deep.equal([]);
  });

  it("an e-mail that people entered is not told as cleared when the user's is cleared, for it stays", () => {
    const map = userMapFor(defaultPlace);
    const pairs = map.pairs.filter(({ key }) => key === 'email');
    const multifields = [{ id: 1, typeId: 'EMAIL' as const, valueType: 'WORK', value: 'ivan@mail.example' }];
    const remote = { fields: {}, multifields };
    const shadows = shadowsOf({ ...map, pairs }, { email: 'ivan@mail.example' }, remote, 'people');
    const result = mergeOf({ ...map, pairs }, { email: null }, remote, shadows);
    expect(result.toRemote).to.deep.equal([]);
    expect(result.adopted).to.deep.equal(['email']);
  });

  for (const [offset, day] of [
    [180, '2026-03-02'],
    [0, '2026-03-01'],
    [-300, '2026-03-01'],
    [600, '2026-03-02'],
  ] as const) {
    it(`a user entered at half past midnight in Moscow was entered on ${day} by a clock ${offset} minutes east of UTC`, () => {
      const details = userMapFor({ country: 'RU', utcOffsetMin: offset }).pairs.find(({ key }) => key === 'details');
      const created_at = new Date('2026-03-01T21:30:00Z');
      expect(details?.encode({ role: 'user', created_at })).to.include(`Создан: ${day}`);
    });
  }
});

function valuesOf(fields: RemoteValues['fields']): RemoteValues {
  return { fields, multifields: [] };
}

function merged({ map, local, remote, here, there, gone = [], direction }: Case): MergeResult {
  const shadows = shadowsOf(map, local, valuesOf(remote));
  const now = Object.entries({ ...remote, ...there }).filter(([name]) => !gone.includes(name));
  return mergeOf(map, { ...local, ...here }, valuesOf(Object.fromEntries(now)), shadows, direction);
}

function mergeOf(
  fieldMap: FieldMap,
  local: LocalRecord,
  remote: RemoteValues,
  shadows: Shadows,
  direction: SyncDirection = 'bidirectional',
): MergeResult {
  const at = new Date('2026-03-02T10:00:00Z');
  return merge({
    ...{ fieldMap, local, remote, localShadow: shadows.local, direction },
    ...{ remoteShadow: { ...emptyRemoteShadow, ...shadows.remote }, policy: 'latest' },
    ...{ localModifiedAt: at, remoteModifiedAt: at, now: at },
  });
}
