import { canonicalDate, canonicalLine } from './canonical.ts';
import { labelledLine } from './comments.ts';
import type { Canonical, FieldPair, LocalRecord } from './types.ts';

/** A contract as the list of its client's contracts shows it; the columns of the table. */
export interface ListedContract {
  id: number;
  number: unknown;
  title: unknown;
  start_date: unknown;
  end_date: unknown;
  client_inn: unknown;
  client_kpp: unknown;
}

/** A contract that is not deleted, with what says for which company it stands. */
export interface StandingContract extends ListedContract {
  /** INN and KPP; null: a contract without INN stands alone. */
  key: string | null;
  /** The key when it was linked, '' for none; null: not known. */
  linkedKey: string | null;
  /** The company it is linked with, or was and is to be again; null for none. */
  company: number | null;
  /** The company is its own just now: a new contract of the client may join it. */
  isLinked: boolean;
  /** It was never linked: it will be with its client's company. */
  isFree: boolean;
}

/** For which company a contract stands, and who else does. */
export interface Standing {
  /** What contracts of one company have in common, also before the company is there. */
  group: string;
  /** The company that the contract stands for; null: there is none yet. */
  company: number | null;
  /** Companies that the client's contracts are linked with, the eldest contract's first, then those they are to be linked with. */
  companies: readonly number[];
  key: string | null;
  /** The client's contracts, this one among them; their companies may differ. */
  kin: readonly number[];
  /** It is linked with the company of a client that it belongs to no more. */
  leaves: boolean;
  /** The contracts of the group by their ids, this one among them unless it is deleted. */
  contracts: readonly ListedContract[];
}

/**
 * Says of each contract for which company it stands. Pure. Contracts that are linked with a company stand for it, whatever their clients;
 * one that was never linked stands for the company of its client's eldest linked contract, else for that which another contract of the
 * client is on its way to. A contract whose INN or KPP changed leaves its company when contracts of another client stay there or its new
 * client has a company; else the company is its new client's from now on. `contracts` are all that may be of one group with those asked for.
 */
export function standingsOf(contracts: readonly StandingContract[]): Map<number, Standing> {
  const rows = [...contracts].sort((a, b) => a.id - b.id);
  const byKey = groupBy(rows, ({ key }) => key);
  const byCompany = groupBy(rows, ({ company }) => company);
  const leaving = new Set(rows.filter((row) => isLeaving(row, byKey, byCompany)));
  const companiesOf = (row: StandingContract): number[] => {
    const kin = (row.key === null ? [] : (byKey.get(row.key) ?? [])).filter((one) => !leaving.has(one));
    // A company that a contract is on its way to comes behind those that others are linked with.
    const linkedFirst = [...kin.filter(({ isLinked }) => isLinked), ...kin.filter(({ isLinked }) => !isLinked)];
    return [...new Set(linkedFirst.flatMap(({ company }) => company ?? []))];
  };
  const companyOf = (row: StandingContract): number | null => {
    if (row.company !== null && !leaving.has(row)) return row.company;
    return row.isFree || leaving.has(row) ? (companiesOf(row)[0] ?? null) : null;
  };
  const groupOf = (row: StandingContract): string => {
    const company = companyOf(row);
    if (company !== null) return `company:${company}`;
    return row.key !== null && (row.isFree || leaving.has(row)) ? `client:${row.key}` : `contract:${row.id}`;
  };
  const groups = groupBy(rows, groupOf);
  const kinByKey = new Map([...byKey].map(([key, kin]) => [key, key === null ? [] : kin.map(({ id }) => id)]));
  return new Map(
    rows.map((row) => {
      const group = groupOf(row);
      return [
        row.id,
        {
          group,
          company: companyOf(row),
          companies: companiesOf(row),
          key: row.key,
          kin: kinByKey.get(row.key) ?? [],
          leaves: leaving.has(row),
          contracts: groups.get(group) ?? [row],
        },
      ];
    }),
  );
}

type Groups<Key> = ReadonlyMap<Key, readonly StandingContract[]>;

function isLeaving(row: StandingContract, byKey: Groups<string | null>, byCompany: Groups<number | null>): boolean {
  const { key, linkedKey, company, isLinked } = row;
  if (!isLinked || company === null || !hasMoved(row)) return false;
  const staying = (byCompany.get(company) ?? []).some((one) => one !== row && one.key !== key);
  const kin = key === null ? [] : (byKey.get(key) ?? []);
  const elsewhere = kin.some((one) => one.isLinked && one.company !== company && !hasMoved(one));
  return linkedKey !== null && (staying || elsewhere);
}

function hasMoved({ key, linkedKey }: StandingContract): boolean {
  return linkedKey !== null && linkedKey !== (key ?? '');
}

function groupBy<Key>(rows: readonly StandingContract[], keyOf: (row: StandingContract) => Key) {
  const groups = new Map<Key, StandingContract[]>();
  for (const row of rows) {
    const group = groups.get(keyOf(row));
    if (group) group.push(row);
    else groups.set(keyOf(row), [row]);
  }
  return groups;
}

/** The contracts that stand for the same company as this one, itself included, by their ids. */
export function contractsOf(local: LocalRecord): readonly LocalRecord[] {
  const listed = Array.isArray(local.client_contracts) ? (local.client_contracts as ListedContract[]) : [];
  const others = listed.filter(({ id }) => id !== local.id).map((one): LocalRecord => ({ ...one }));
  return [...others, local].sort((a, b) => Number(a.id ?? 0) - Number(b.id ?? 0));
}

function period(contract: LocalRecord): Canonical {
  const start = canonicalDate(contract.start_date);
  const end = canonicalDate(contract.end_date);
  return start === null && end === null ? null : `${start ?? '…'} — ${end ?? '…'}`;
}

/** What COMMENTS of a company say of its contracts: each with its title and dates, the client's INN and KPP once. */
export function contractLines(local: LocalRecord): string[] {
  const contracts = contractsOf(local);
  const each = contracts.flatMap((contract) => [
    ...labelledLine('Договор', canonicalLine(contract.number)),
    ...labelledLine('Название', canonicalLine(contract.title)),
    ...labelledLine('Срок', period(contract)),
  ]);
  const clients = contracts.map((contract) =>
    [
      ...labelledLine('ИНН', canonicalLine(contract.client_inn)),
      ...labelledLine('КПП', canonicalLine(contract.client_kpp)),
    ].join('\n'),
  );
  return [...each, ...[...new Set(clients)].filter((lines) => lines !== '').flatMap((lines) => lines.split('\n'))];
}

/**
 * A tenant's own pair of a field that each contract has for itself, such as its amount: of the contracts of one company the first fills
 * the company's field, the others leave it alone. What belongs to the client is kept equal with all of them.
 */
export function ofFirstContract(pair: FieldPair): FieldPair {
  const isOfClient = pair.localFields.every((column) => column.startsWith('client_'));
  const isFirst = (local: LocalRecord) => contractsOf(local)[0]?.id === local.id;
  return isOfClient
    ? pair
    : {
        ...pair,
        isKnown: (local, remote) =>
          (pair.isKnown?.(local, remote) ?? true) && (!('client_contracts' in local) || isFirst(local)),
      };
}
