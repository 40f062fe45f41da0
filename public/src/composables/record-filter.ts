import { reactive } from 'vue';
import type { Kind } from '../api/kinds.ts';
import type { MappingState } from '../api/records.ts';

const everything = { page: 1, q: '', kind: 'all', state: 'all' } as const;

/** What the list of records is narrowed by; stays while a record is open, so that the way back leads to the same page. */
export const recordFilter = reactive<{ page: number; q: string; kind: Kind | 'all'; state: MappingState | 'all' }>({
  ...everything,
});

export function resetRecordFilter(): void {
  Object.assign(recordFilter, everything);
}
