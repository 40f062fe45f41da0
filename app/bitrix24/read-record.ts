import type { RemoteRecord } from './client.ts';
import { signOf } from './doubts.ts';
import { portalTooOld } from './error-table.ts';
import type { FieldNames } from './field-metadata.ts';
import { toRecord } from './item-codec.ts';

/** User fields alone come and go; every other name of an answer that no list describes is the portal's own addition. */
const isUserField = (itemName: string) => itemName.startsWith('ufCrm');

/** Reads an item of an answer; a user field that it holds and the list does not, or the other way round, lets the list be read again. */
export function readRecord(item: unknown, names: FieldNames): RemoteRecord {
  const record = toRecord(item, names);
  // What has an id is an object: `toRecord` has just seen to that.
  const held = item as Record<string, unknown>;
  const unknown = Object.keys(held).filter((name) => isUserField(name) && !names.byItemName.has(name));
  const absent = [...names.byItemName.keys()].filter((name) => isUserField(name) && !(name in held));
  names.doubt([...unknown.map(signOf.unknown), ...absent.map(signOf.absent)]);
  return record;
}

/** The same for an answer that shows a record whole. Throws `portal_too_old` when a contact or company comes without its multifields. */
export function readWholeRecord(item: unknown, names: FieldNames): RemoteRecord {
  const record = readRecord(item, names);
  noteMultifields(item, names);
  return record;
}

/**
 * Holds a whole item against what it has to show: self-hosted portals before crm 24.1200.0 neither take nor give `fm` in `crm.item.*`
 * (vendor module source 26.250). Throws `portal_too_old`.
 */
export function noteMultifields(item: unknown, names: FieldNames): void {
  if (names.entity === 'object') return;
  if (typeof item !== 'object' || item === null || !('fm' in item)) throw portalTooOld();
  names.multifieldsProven = true;
}
