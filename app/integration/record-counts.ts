import type { Clock } from '../lib/clock.ts';
import { type Entity, entities } from '../lib/records.ts';
import { type Database, queryRows } from '../models/database.ts';
import { crmFits, portalFits, type RecordSearch } from './record-search.ts';
import {
  crmRecords,
  portalRecords,
  type RecordLink,
  type RecordSource,
  type RecordState,
  recordLinks,
  recordStates,
} from './record-states.ts';

export interface RecordFilter {
  local_type?: Entity | undefined;
  state?: RecordState | undefined;
  link?: RecordLink | undefined;
  /** Part of a name, IMEI, e-mail or INN; a phone in any spelling; an id of either side. */
  q?: string | undefined;
}

/** How many records are in each state, and where they are. */
export interface RecordCounts {
  total: number;
  states: Record<RecordState, number>;
  links: Record<RecordLink, number>;
}

/** Where a row comes from: a table of the CRM, or an error that tells of a record of the portal. */
export type SourceKind = 'crm' | 'portal';

/** One kind of records from one source, narrowed by a search. */
export interface Branch extends RecordSource {
  entity: Entity;
  kind: SourceKind;
  fits: string;
}

/** What a list, and its counts, are made of. */
export function branchesOf(only: Entity | undefined, search: RecordSearch | null): Branch[] {
  return entities
    .filter((entity) => only === undefined || only === entity)
    .flatMap((entity): Branch[] => [
      { ...crmRecords(entity), entity, kind: 'crm', fits: search ? crmFits(entity, search) : 'true' },
      { ...portalRecords(entity), entity, kind: 'portal', fits: search ? portalFits(search) : 'true' },
    ]);
}

/** Values of a search's binds. */
export function bindOf(search: RecordSearch | null): Record<string, string> {
  if (!search) return {};
  const { pattern, phone, number } = search;
  return { pattern, ...(phone !== null && { phone }), ...(number !== null && { number }) };
}

/** So many records of one kind, in one state and place. */
export interface Counted {
  local_type: Entity;
  state: RecordState;
  link: RecordLink;
  count: number;
}

/** How many records there are of each kind, state and place. */
export function countBranches(db: Database, branches: readonly Branch[], bind: object): Promise<Counted[]> {
  const each = branches.map(
    ({ entity, from, where, fits, state, link }) =>
      `select '${entity}' as local_type, ${state} as state, ${link} as link, count(*)::integer as count
         from ${from} where ${where} and ${fits} group by 2, 3`,
  );
  return queryRows<Counted>(db, each.join(' union all '), { ...bind });
}

/** How many of them fit a filter. Pure. */
export function totalOf(counted: readonly Counted[], { state, link }: RecordFilter): number {
  return counted
    .filter((one) => (state === undefined || one.state === state) && (link === undefined || one.link === link))
    .reduce((sum, { count }) => sum + count, 0);
}

/** Their sums by state and by place. Pure. */
export function summed(counted: readonly Counted[]): RecordCounts {
  return {
    total: totalOf(counted, {}),
    states: mapNames(recordStates, (state) => totalOf(counted, { state })),
    links: mapNames(recordLinks, (link) => totalOf(counted, { link })),
  };
}

function mapNames<Name extends string>(names: readonly Name[], count: (name: Name) => number): Record<Name, number> {
  // Every name is in its list.
  return Object.fromEntries(names.map((name) => [name, count(name)])) as Record<Name, number>;
}

/** Counts of several kinds together. Pure. */
export function sumCounts(kinds: readonly RecordCounts[]): RecordCounts {
  const sum = (pick: (counts: RecordCounts) => number) => kinds.reduce((total, counts) => total + pick(counts), 0);
  return {
    total: sum(({ total }) => total),
    states: mapNames(recordStates, (state) => sum(({ states }) => states[state])),
    links: mapNames(recordLinks, (link) => sum(({ links }) => links[link])),
  };
}

/** How many of a tenant's records are in each state, by kind. */
export async function countRecords(db: Database, tenantId: number): Promise<Record<Entity, RecordCounts>> {
  const counted = await countBranches(db, branchesOf(undefined, null), { tenantId });
  const of = (entity: Entity) => summed(counted.filter(({ local_type: kind }) => kind === entity));
  return { contract: of('contract'), user: of('user'), object: of('object') };
}

/** A tenant's records by state, in all and by kind. */
export interface CountedRecords extends RecordCounts {
  by_kind: Record<Entity, RecordCounts>;
}

/** A count that took long is not made again for so many times as long: pages that stay open ask every few seconds. */
const restFactor = 5;
/** Companies whose count is kept. */
const most = 500;

/** Makes a count of records by state that all who ask at the same time share. At ten thousand records it is never older than a second. */
export function makeCountRecords(db: Database, clock: Clock): (tenantId: number) => Promise<CountedRecords> {
  const known = new Map<number, { until: number; counted: Promise<CountedRecords> }>();

  async function count(tenantId: number): Promise<CountedRecords> {
    const kinds = await countRecords(db, tenantId);
    return { ...sumCounts(Object.values(kinds)), by_kind: kinds };
  }

  return (tenantId) => {
    const began = clock.now().getTime();
    const last = known.get(tenantId);
    if (last && began < last.until) return last.counted;
    const entry = { until: Number.POSITIVE_INFINITY, counted: count(tenantId) };
    if (known.size >= most) known.clear();
    known.set(tenantId, entry);
    const end = () => {
      const now = clock.now().getTime();
      entry.until = now + (now - began) * restFactor;
    };
    entry.counted.then(end, () => known.delete(tenantId));
    return entry.counted;
  };
}
