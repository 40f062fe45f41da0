import type { CardType } from '../api/kinds.ts';
import type { PortalOnlyRecord } from '../api/portal-only.ts';

/** A row of the list of records that are in Bitrix24 alone: all rows are of one kind, so the portal's number is their id. */
export interface PortalOnlyRow extends PortalOnlyRecord {
  id: number;
}

/** Gives listed records their ids. Pure. */
export function toPortalRows(records: readonly PortalOnlyRecord[]): PortalOnlyRow[] {
  return records.map((record) => ({ ...record, id: Number(record.bitrix24_id) }));
}

/** How the address names a record of Bitrix24 that is open over the list. Pure. */
export function portalName({
  bitrix24_type: type,
  bitrix24_id: id,
}: Pick<PortalOnlyRecord, 'bitrix24_type' | 'bitrix24_id'>): string {
  return `${type}-${id}`;
}

/** What the address names. Null: no record of Bitrix24. Pure. */
export function readPortalName(name: string): { type: CardType; id: number } | null {
  const [, type, id] = /^(deal|contact|company)-([1-9]\d{0,9})$/.exec(name) ?? [];
  // The expression knows the types.
  return type ? { type: type as CardType, id: Number(id) } : null;
}
