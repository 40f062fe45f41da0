import type { FieldCatalogue, FieldDefinition } from './fields.ts';
import type { StoredRecord } from './store.ts';
import type { PortalSwitches } from './switches.ts';
import { entityTypeIds, type RecordKind } from './types.ts';
import { toWireDate, toWireTime } from './wire-time.ts';

/** An item of `crm.item.*`: camelCase, ids as numbers, dates with the server's offset. */
export function toItem(
  kind: RecordKind,
  record: StoredRecord,
  catalogue: FieldCatalogue,
  switches: PortalSwitches,
  select: readonly string[] | null,
): Record<string, unknown> {
  const all = select === null || select.includes('*');
  const item: Record<string, unknown> = {};
  for (const field of catalogue.list(kind)) {
    if (all || select.includes(field.itemName))
      item[field.itemName] = itemValue(field, record.fields[field.upperName], switches);
  }
  if (all && kind !== 'deal' && switches.fmInItems) {
    const first = (typeId: string) => record.multifields.find((value) => value.typeId === typeId)?.value ?? '';
    item.phone = first('PHONE');
    item.email = first('EMAIL');
    item.fm = record.multifields.map(({ id, typeId, valueType, value }) => ({ id, typeId, valueType, value }));
  }
  if (all) item.entityTypeId = entityTypeIds[kind];
  return item;
}

function itemValue(field: FieldDefinition, value: unknown, switches: PortalSwitches): unknown {
  if (field.type === 'crm_company' || field.type === 'crm_contact') return value ?? switches.emptyReference;
  if (value === null || value === undefined) return null;
  if (field.type === 'file') return fileOf(field, value as { id: number });
  if (field.type === 'date') return toWireDate(String(value), switches.offsetMinutes);
  if (field.type === 'datetime') return toWireTime(Date.parse(String(value)), switches.offsetMinutes);
  return value;
}

let shownFiles = 0;

// The addresses of a file hold what opens it, and are others with every answer.
function fileOf({ itemName }: FieldDefinition, { id }: { id: number }): object {
  const token = `t${shownFiles++}`;
  const query = `fieldName=${itemName}&fileId=${id}&auth=${token}`;
  return {
    id,
    url: `/bitrix/components/bitrix/crm.item.show/show_file.php?${query}`,
    urlMachine: `https://portal.example/rest/download/?token=crm%7C${token}%7C${id}`,
  };
}

/** A row of the frozen family: everything a text, nothing null or empty by type, multifields by type and absent when there are none. */
export function toLegacy(
  kind: RecordKind,
  record: StoredRecord,
  catalogue: FieldCatalogue,
  switches: PortalSwitches,
  options: { multifields: boolean; select: readonly string[] | null },
): Record<string, unknown> {
  const row: Record<string, unknown> = {};
  const { select } = options;
  const wanted = (field: FieldDefinition) =>
    select === null ||
    select.includes(field.upperName) ||
    select.includes(field.isUser ? 'UF_*' : '*') ||
    field.upperName === 'ID';
  for (const field of catalogue.list(kind)) {
    if (wanted(field)) row[field.upperName] = legacyValue(field, record.fields[field.upperName], switches);
  }
  if (kind === 'deal') return row;
  const has = (typeId: string) => (record.multifields.some((value) => value.typeId === typeId) ? 'Y' : 'N');
  if (select === null || select.includes('*')) Object.assign(row, { HAS_PHONE: has('PHONE'), HAS_EMAIL: has('EMAIL') });
  for (const typeId of ['PHONE', 'EMAIL']) {
    const values = record.multifields.filter((value) => value.typeId === typeId);
    if (values.length === 0 || !(options.multifields || select?.includes(typeId))) continue;
    row[typeId] = values.map((value) => ({
      ID: String(value.id),
      VALUE_TYPE: value.valueType,
      VALUE: value.value,
      TYPE_ID: typeId,
    }));
  }
  return row;
}

function legacyValue(field: FieldDefinition, value: unknown, switches: PortalSwitches): unknown {
  if (Array.isArray(value)) return value;
  if (value === null || value === undefined) return field.isUser ? '' : null;
  if (field.type === 'double') return Number(value).toFixed(2);
  if (field.type === 'date') return toWireDate(String(value), switches.offsetMinutes);
  if (field.type === 'datetime') return toWireTime(Date.parse(String(value)), switches.offsetMinutes);
  return String(value);
}
