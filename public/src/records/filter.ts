import { kinds } from '../api/kinds.ts';
import { type RecordFilter, recordLinks, recordStates } from '../api/records.ts';

/** What the list of records is narrowed by, as its address holds it; `all` and an empty text narrow nothing. */
export const everyRecord = { page: 1, q: '', kind: 'all', state: 'all', link: 'all', sort: 'newest' };
export type RecordListState = typeof everyRecord;

/** The orders of the list; a minus begins with the last. */
export const recordOrders = ['newest', 'name', '-name', '-changed', 'changed', '-synced', 'synced'] as const;

/** The texts that an address may hold. */
export const knownTexts = {
  kind: ['all', ...kinds],
  state: ['all', ...recordStates],
  link: ['all', ...recordLinks],
  sort: recordOrders,
};

/** The query of the list. Pure. */
export function toQuery({ page, q, kind, state, link, sort }: RecordListState): RecordFilter {
  return {
    page,
    q,
    local_type: kinds.find((one) => one === kind),
    state: recordStates.find((one) => one === state),
    link: recordLinks.find((one) => one === link),
    sort: sort === 'newest' ? 'added' : sort.replace('-', ''),
    order: sort === 'newest' || sort.startsWith('-') ? 'desc' : 'asc',
  };
}

/** Whether the list is narrowed, whatever its order and page. Pure. */
export function isNarrowed({ q, kind, state, link }: RecordListState): boolean {
  return q !== '' || kind !== 'all' || state !== 'all' || link !== 'all';
}

/** What of the filter differs from the usual, page aside, as it is saved under a name. Pure. */
export function toSaved(filter: RecordListState): Record<string, string> {
  const { page: _page, ...usual } = everyRecord;
  const known: Record<string, string | number> = filter;
  return Object.fromEntries(
    Object.entries(usual).flatMap(([key, value]) => (known[key] === value ? [] : [[key, String(known[key])]])),
  );
}
