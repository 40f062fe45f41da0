import { expect } from 'chai';
import { contractLines, type StandingContract, standingsOf } from '../../../app/field-maps/clients.ts';
import { contractMap } from '../../../app/field-maps/contracts.ts';
import { fieldMapFor } from '../../../app/field-maps/custom.ts';
import type { LocalRecord } from '../../../app/field-maps/types.ts';

function contract(id: number, columns: Record<string, unknown> = {}): LocalRecord {
  return { id, number: `№ ${id}`, client_inn: '7701234567', client_kpp: null, ...columns };
}

function withOthers(local: LocalRecord, ...others: LocalRecord[]): LocalRecord {
  return { ...local, client_contracts: [local, ...others] };
}

const lists: [title: string, contracts: LocalRecord[], lines: string[]][] = [
  ['one contract', [contract(1)], ['Договор: № 1', 'ИНН: 7701234567']],
  ['a contract without anything but its number', [contract(1, { client_inn: null })], ['Договор: № 1']],
  [
    'several, each with its title and dates, the client once',
    [
      contract(2, { title: 'Датчики', end_date: '2026-12-31', client_kpp: '770101001' }),
      contract(1, { title: 'Мониторинг', start_date: '2024-01-01', client_kpp: '770101001' }),
    ],
    [
      ...['Договор: № 1', 'Название: Мониторинг', 'Срок: 2024-01-01 — …'],
      ...['Договор: № 2', 'Название: Датчики', 'Срок: … — 2026-12-31'],
      ...['ИНН: 7701234567', 'КПП: 770101001'],
    ],
  ],
  [
    'blanks around the INN are no other client',
    [contract(1, { client_inn: ' 7701234567' }), contract(2)],
    ['Договор: № 1', 'Договор: № 2', 'ИНН: 7701234567'],
  ],
  [
    'clients that a person put together: each once',
    [contract(1), contract(2, { client_inn: '7709999999' }), contract(3)],
    ['Договор: № 1', 'Договор: № 2', 'Договор: № 3', 'ИНН: 7701234567', 'ИНН: 7709999999'],
  ],
];

describe('the list of contracts in a company', () => {
  for (const [title, contracts, lines] of lists) {
    it(`${title}: the same from each of them, in whatever order they are read`, () => {
      for (const [index, local] of contracts.entries()) {
        const others = contracts.filter((_, place) => place !== index);
        expect(contractLines(withOthers(local, ...others))).to.deep.equal(lines);
        expect(contractLines(withOthers(local, ...others.toReversed()))).to.deep.equal(lines);
      }
    });
  }

  it('shows the contract as it is now, not as it stood in the list', () => {
    const local = { ...contract(1), number: 'новый', client_contracts: [contract(1), contract(2)] };
    expect(contractLines(local)).to.include('Договор: новый').and.not.include('Договор: № 1');
  });
});

describe('the name of a company without a client’s name', () => {
  const name = contractMap.pairs.find(({ key }) => key === 'client_name');
  const both = [contract(1), contract(2)].map((local, _, all) => ({ ...local, client_contracts: all }));

  it('is the first contract’s number, from each of them', () => {
    expect(both.map((local) => name?.encode(local))).to.deep.equal(['Договор № 1', 'Договор № 1']);
  });

  it('never becomes a name of another contract', () => {
    for (const local of both) expect(name?.decode('Договор № 1', local)).to.deep.equal({ client_name: null });
    for (const local of both) expect(name?.decode('Договор № 2', local)).to.deep.equal({ client_name: null });
    expect(name?.decode('Договор № 3', both[0] ?? {})).to.deep.equal({ client_name: 'Договор № 3' });
  });
});

const nothing = { fields: {}, multifields: [] };

describe('a tenant’s own pair of a contract and its company', () => {
  const pairOf = (local: string) =>
    fieldMapFor('contract', { custom: [{ local, bitrix24: 'UF_CRM_1', owner: 'both' }] }).pairs.at(-1);
  const both = [contract(1), contract(2)].map((local, _, all) => ({ ...local, client_contracts: all }));

  it('of a contract’s own column is filled by the first contract alone', () => {
    expect(both.map((local) => pairOf('total_amount')?.isKnown?.(local, nothing))).to.deep.equal([true, false]);
    expect(pairOf('total_amount')?.isKnown?.(contract(2), nothing)).to.equal(true);
  });

  it('of the client is kept equal with all of them', () => {
    expect(both.map((local) => pairOf('client_address')?.isKnown?.(local, nothing) ?? true)).to.deep.equal([
      true,
      true,
    ]);
  });
});

type Row = Partial<StandingContract> & { id: number };

function standing({ id, key = 'ромашка', company = null, ...rest }: Row): StandingContract {
  const isLinked = company !== null;
  const columns = { number: id, title: null, start_date: null, end_date: null, client_inn: key, client_kpp: null };
  return {
    id,
    key,
    company,
    isLinked,
    isFree: !isLinked,
    linkedKey: isLinked ? (key ?? '') : null,
    ...columns,
    ...rest,
  };
}

const standings: [title: string, rows: Row[], groups: string[]][] = [
  ['new contracts of one client', [{ id: 1 }, { id: 2 }], ['client:ромашка', 'client:ромашка']],
  [
    'contracts without INN',
    [
      { id: 1, key: null },
      { id: 2, key: null },
    ],
    ['contract:1', 'contract:2'],
  ],
  ['a new contract of a client with a company', [{ id: 1, company: 7 }, { id: 2 }], ['company:7', 'company:7']],
  [
    'of a client with several: that of the eldest contract',
    [{ id: 1, company: 8 }, { id: 2, company: 7 }, { id: 3 }],
    ['company:8', 'company:7', 'company:8'],
  ],
  [
    'linked by hand with another client’s company',
    [
      { id: 1, company: 7 },
      { id: 2, key: 'лютик', company: 7 },
      { id: 3, key: 'лютик' },
    ],
    ['company:7', 'company:7', 'company:7'],
  ],
  [
    'of a client whose other contract is on its way to a company',
    [{ id: 1, company: 7, isLinked: false }, { id: 2 }],
    ['company:7', 'company:7'],
  ],
  ['one whose company is gone stands alone', [{ id: 1, isFree: false }, { id: 2 }], ['contract:1', 'client:ромашка']],
  [
    'goes to a client with a company',
    [
      { id: 1, company: 7 },
      { id: 2, company: 7, key: 'лютик', linkedKey: 'ромашка' },
      { id: 3, company: 9, key: 'лютик' },
    ],
    ['company:7', 'company:9', 'company:9'],
  ],
  [
    'goes to a client without one, and the others stay',
    [
      { id: 1, company: 7 },
      { id: 2, company: 7, key: 'лютик', linkedKey: 'ромашка' },
    ],
    ['company:7', 'client:лютик'],
  ],
  [
    'loses its INN, and the others stay',
    [
      { id: 1, company: 7 },
      { id: 2, company: 7, key: null, linkedKey: 'ромашка' },
    ],
    ['company:7', 'contract:2'],
  ],
  ['the only one, its INN corrected', [{ id: 1, company: 7, linkedKey: 'ромашкаа' }], ['company:7']],
  ['the only one, its INN filled in', [{ id: 1, company: 7, linkedKey: '' }], ['company:7']],
  [
    'all corrected at once',
    [
      { id: 1, company: 7, linkedKey: 'ромашкаа' },
      { id: 2, company: 7, linkedKey: 'ромашкаа' },
    ],
    ['company:7', 'company:7'],
  ],
  [
    'linked when nothing was remembered yet',
    [
      { id: 1, company: 7 },
      { id: 2, company: 7, key: 'лютик', linkedKey: null },
    ],
    ['company:7', 'company:7'],
  ],
];

describe('for which company a contract stands', () => {
  for (const [title, rows, groups] of standings) {
    it(title, () => {
      const found = standingsOf(rows.map(standing));
      expect(rows.map(({ id }) => found.get(id)?.group)).to.deep.equal(groups);
      const reversed = standingsOf(rows.toReversed().map(standing));
      expect(rows.map(({ id }) => reversed.get(id)?.group)).to.deep.equal(groups);
      for (const { id } of rows) {
        const listed = found.get(id)?.contracts.map((one) => one.id);
        expect(listed).to.deep.equal(
          rows.map((row) => row.id).filter((other) => found.get(other)?.group === found.get(id)?.group),
        );
      }
    });
  }
});
