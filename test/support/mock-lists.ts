import type { ListedRecord, ListFilter, RecordAnswer, RemoteRecord } from '../../app/bitrix24/client.ts';
import { originator } from '../../app/lib/records.ts';

/** Whether a list with this filter shows a record. */
export function fitsFilter(
  { modifiedAt, originatorId }: RemoteRecord,
  { changedSince, changedBefore, ours }: ListFilter,
): boolean {
  const isMeantTime = (!changedSince || modifiedAt >= changedSince) && (!changedBefore || modifiedAt < changedBefore);
  return isMeantTime && (!ours || originatorId === originator);
}

/** A record as lists show it. */
export function toListed({ id, modifiedAt, originatorId, originId }: RemoteRecord): ListedRecord {
  return { id, modifiedAt, originatorId, originId };
}

/** What a reading tells of a record that is there or not. */
export function toAnswer(record: RemoteRecord | null | undefined, otherwise: 'absent' | 'gone'): RecordAnswer {
  return record ? { state: 'present', record } : { state: otherwise };
}
