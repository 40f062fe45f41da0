import type { Multifield, RemoteChanges } from '../field-maps/types.ts';
import { calendarDay } from './calendar-day.ts';
import type { RemoteRecord } from './client.ts';
import { brokenAnswer, refusedValue } from './error-table.ts';
import type { FieldNames } from './field-metadata.ts';

/** An item as `crm.item.*` writes it: camelCase names, ids as numbers, multifields in `fm`. */
export type WireItem = Record<string, unknown> & { fm?: unknown };

/** Reads an item. Values stay as the portal wrote them, but for days; making them canonical belongs to the field maps. */
export function toRecord(item: unknown, names: FieldNames): RemoteRecord {
  const wire = (item ?? {}) as WireItem;
  const id = Number(wire.id);
  if (!Number.isSafeInteger(id) || id <= 0) throw brokenAnswer('no_item', 'crm.item: id');
  const fields: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(wire)) {
    const info = names.byItemName.get(name);
    if (info) fields[info.upperName] = info.type === 'date' ? calendarDay(value) : value;
  }
  return {
    id,
    fields,
    multifields: readMultifields(wire.fm),
    ...(!Array.isArray(wire.fm) && { lacksMultifields: true }),
    modifiedAt: new Date(String(wire.updatedTime)),
    createdAt: timeOrNull(wire.createdTime),
    originatorId: textOrNull(wire.originatorId),
    originId: textOrNull(wire.originId),
  };
}

function timeOrNull(value: unknown): Date | null {
  const time = new Date(String(value ?? ''));
  return Number.isNaN(time.getTime()) ? null : time;
}

export function textOrNull(value: unknown): string | null {
  return value === null || value === undefined || value === '' ? null : String(value);
}

function readMultifields(fm: unknown): Multifield[] {
  if (!Array.isArray(fm)) return [];
  return fm.map((item: Record<string, unknown>) => ({
    id: Number(item.id),
    typeId: String(item.typeId) as Multifield['typeId'],
    valueType: String(item.valueType ?? ''),
    value: String(item.value ?? ''),
  }));
}

/** Changes as `crm.item.add` and `crm.item.update` take them (crm-item-update.md, 2026-08). */
export function toWireFields(changes: RemoteChanges, names: FieldNames): Record<string, unknown> {
  const fields: Record<string, unknown> = {};
  for (const [upperName, value] of Object.entries(changes.fields)) {
    const info = names.byUpperName.get(upperName);
    if (!info) throw refusedValue(`${upperName}: no such field`);
    // A query string has no null: an empty text clears.
    fields[info.itemName] = value ?? '';
  }
  if (changes.multifields.length > 0) fields.fm = toFm(changes.multifields);
  return fields;
}

/** `n0`, `n1`, … add; an id changes; an id with an empty value removes. */
function toFm(multifields: readonly Multifield[]): Record<string, unknown> {
  return Object.fromEntries(
    multifields.map(({ id, typeId, valueType, value }, index) => [id ?? `n${index}`, { typeId, valueType, value }]),
  );
}

/** A record as `crm.item.batchImport` takes it: multifields by type, not in `fm` (universal/import/index.md, 2026-08). */
export function toImportRow(changes: RemoteChanges, names: FieldNames): Record<string, unknown> {
  const row = toWireFields({ ...changes, multifields: [] }, names);
  for (const { typeId, valueType, value } of changes.multifields) {
    const values = (row[typeId] ?? []) as unknown[];
    row[typeId] = [...values, { VALUE: value, VALUE_TYPE: valueType }];
  }
  return row;
}
