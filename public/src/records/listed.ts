import { type Kind, kinds } from '../api/kinds.ts';
import type { ListedRecord, Pair, RecordState } from '../api/records.ts';

/** A row of the list of records: an id of its own among records of all kinds and of both sides. */
export interface RecordRow extends ListedRecord {
  id: number;
}

/** Gives listed records their ids. Pure. */
export function toRows(records: readonly ListedRecord[]): RecordRow[] {
  const places = kinds.length * 2;
  return records.map((record) => {
    const place = kinds.indexOf(record.local_type) + (record.local_id === null ? kinds.length : 0);
    return { ...record, id: (record.local_id ?? record.error?.id ?? 0) * places + place };
  });
}

/** A record of the CRM, by its kind and number. */
export interface CrmRecord {
  local_type: Kind;
  local_id: number;
}

/** How the address names what is open: the number of a pair, or the kind and number of a record without one. Pure. */
export function openedName(record: ListedRecord): string {
  return record.mapping_id === null ? `${record.local_type}-${record.local_id}` : String(record.mapping_id);
}

/** What the address names. Null: nothing that can be opened. Pure. */
export function readOpened(name: string): { mappingId: number } | CrmRecord | null {
  if (/^[1-9]\d{0,8}$/.test(name)) return { mappingId: Number(name) };
  const [, kind, id] = /^(\w+)-([1-9]\d{0,8})$/.exec(name) ?? [];
  const known = kinds.find((one) => one === kind);
  return known ? { local_type: known, local_id: Number(id) } : null;
}

/** What a pair that is shown by itself is in; the list tells more, as it knows the queue. Pure. */
export function stateOfPair({ mapping, errors, conflicts, fields }: Pair): RecordState {
  if (errors.some(({ status }) => status === 'failed')) return 'failing';
  if (mapping.state === 'orphaned' || mapping.state === 'excluded') return mapping.state;
  if (conflicts.length > 0) return 'conflict';
  if (mapping.state === 'unlinked') return 'not_linked';
  return errors.length > 0 || fields.some(({ equal }) => !equal) ? 'waiting' : 'in_step';
}
