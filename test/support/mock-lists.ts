import type { ListedRecord, ListFilter, RemoteRecord } from '../../app/bitrix24/client.ts';
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
