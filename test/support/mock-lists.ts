import type { ListedRecord, ListFilter, RecordAnswer, RemoteRecord } from '../../app/bitrix24/client.ts';
import { originator } from '../../app/lib/records.ts';

/** Whether a list with this filter shows a record. */
export function fitsFilter(
  { id, modifiedAt, originatorId, fields: own }: RemoteRecord,
  { changedSince, changedBefore, ours, where = [], oneOf = [] }: ListFilter,
): boolean {
  const isMeantTime = (!changedSince || modifiedAt >= changedSince) && (!changedBefore || modifiedAt < changedBefore);
  const isOneOf = where.every(({ fields, values }) =>
    fields.some((name) => values.map(String).includes(String(own[name]))),
  );
  const isFound = oneOf.every((group) =>
    group.some((one) => ('ids' in one ? one.ids.includes(id) : String(own[one.field] ?? '').includes(one.holds))),
  );
  return isMeantTime && isOneOf && isFound && (!ours || originatorId === originator);
}

/** A record as lists show it. */
export function toListed({ id, modifiedAt, originatorId, originId }: RemoteRecord): ListedRecord {
  return { id, modifiedAt, originatorId, originId };
}

/** What a reading tells of a record that is there or not. */
export function toAnswer(record: RemoteRecord | null | undefined, otherwise: 'absent' | 'gone'): RecordAnswer {
  return record ? { state: 'present', record } : { state: otherwise };
}
