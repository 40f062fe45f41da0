import type { FieldDefinition } from './fields.ts';
import { type Condition, sortRecords, splitKey, toCondition } from './list-filter.ts';
import { toInteger } from './params.ts';
import type { RightAction, Rights } from './rights.ts';
import type { RecordWrite, Store, StoredRecord } from './store.ts';
import type { MultifieldChange } from './stored-values.ts';
import type { PortalSwitches } from './switches.ts';
import {
  type CallContext,
  entityTypeIds,
  type MethodAnswer,
  type MethodTable,
  type RecordKind,
  RestError,
} from './types.ts';
import { toItem } from './wire.ts';

type Params = Record<string, unknown>;

const pageSize = 50;

/** The universal family `crm.item.*` for deals, contacts and companies (api-reference/crm/universal/, 2026-08). */
export function makeItemMethods(store: Store, switches: PortalSwitches, rights: Rights): MethodTable {
  const item = (kind: RecordKind, record: StoredRecord, withFm = true) => {
    const wire = toItem(kind, record, store.catalogue, switches, null);
    if (!withFm) delete wire.fm;
    return { item: wire };
  };

  const method = (write: boolean, run: (kind: RecordKind, params: Params, context: CallContext) => MethodAnswer) => ({
    scope: 'crm',
    write,
    run: (params: Params, context: CallContext) => run(kindOf(params), params, context),
  });

  function find(kind: RecordKind, params: Params, { caller }: CallContext, action: RightAction): StoredRecord {
    const record = store.get(kind, toInteger(params.id));
    if (!record) throw new RestError(400, 'NOT_FOUND', 'Элемент не найден');
    rights.check({ kind, action, userId: caller.userId, id: record.id });
    return record;
  }

  function toWrite(kind: RecordKind, fields: unknown, isUpdate: boolean): RecordWrite {
    if (typeof fields !== 'object' || fields === null || Array.isArray(fields)) {
      throw new RestError(400, '100', 'Could not find value for parameter {fields}');
    }
    const write: RecordWrite = { fields: {}, multifields: [] };
    for (const [name, value] of Object.entries(fields)) {
      if (name === 'fm') write.multifields = switches.fmInItems ? readFm(value) : [];
      else if (name === 'PHONE' || name === 'EMAIL') write.multifields.push(...readValues(name, value));
      else {
        const field = store.catalogue.byItem(kind, name) ?? store.catalogue.byUpper(kind, name);
        if (field?.isMultiple && !Array.isArray(value)) {
          throw new RestError(400, '100', 'Expected iterable value for multiple field, but got `string` instead');
        }
        const sticks =
          isUpdate && kind === 'company' && switches.companyFieldsStick && (value === '' || value === null);
        if (field && !sticks) write.fields[field.upperName] = value;
      }
    }
    return write;
  }

  function importRow(kind: RecordKind, fields: unknown, context: CallContext): unknown {
    try {
      const record = store.create(kind, toWrite(kind, fields, false), context.caller.userId, { robots: false });
      return { item: { id: record.id } };
    } catch (error) {
      if (!(error instanceof RestError)) throw error;
      return { error: error.code, error_description: error.description };
    }
  }

  return {
    'crm.item.add': method(true, (kind, params, { caller }) => {
      rights.check({ kind, action: 'add', userId: caller.userId });
      const record = store.create(kind, toWrite(kind, params.fields, false), caller.userId);
      return { result: item(kind, record, switches.fmInWriteAnswers) };
    }),
    'crm.item.get': method(false, (kind, params, context) => ({
      result: item(kind, find(kind, params, context, 'read')),
    })),
    'crm.item.update': method(true, (kind, params, context) => {
      const record = find(kind, params, context, 'write');
      store.update(kind, record.id, toWrite(kind, params.fields, true), context.caller.userId);
      return { result: item(kind, record, switches.fmInWriteAnswers) };
    }),
    'crm.item.delete': method(true, (kind, params, context) => {
      store.delete(kind, find(kind, params, context, 'delete').id, context.caller.userId);
      return { result: [] };
    }),
    'crm.item.list': method(false, (kind, params, { caller: { userId } }) => {
      // The page of crm.item.list names no refusal for a closed kind, portals were seen to give one.
      if (switches.closedKindList === 'refused') rights.check({ kind, action: 'read', userId });
      return list(kind, params, rights.readable(store.all(kind), kind, userId));
    }),
    'crm.item.fields': method(false, (kind, _params, { caller: { userId } }) => {
      rights.check({ kind, action: 'read', userId });
      const fields = store.catalogue.list(kind).map((field) => [field.itemName, describe(field, kind)]);
      return { result: { fields: Object.fromEntries(fields) } };
    }),
    'crm.item.import': method(true, (kind, params, context) => {
      rights.check({ kind, action: 'import', userId: context.caller.userId });
      const record = store.create(kind, toWrite(kind, params.fields, false), context.caller.userId, { robots: false });
      return { result: { item: { id: record.id } } };
    }),
    'crm.item.batchimport': method(true, (kind, params, context) => {
      rights.check({ kind, action: 'import', userId: context.caller.userId });
      const { data } = params;
      if (typeof data !== 'object' || data === null)
        throw new RestError(400, '100', 'Could not find value for parameter {data}');
      const rows = Object.entries(data);
      if (rows.length > 20)
        throw new RestError(400, 'MAX_IMPORT_BATCH_SIZE_EXCEEDED', 'Maximum import batch size exceeded');
      const results = rows.map(([key, row]) => [key, importRow(kind, row, context)] as const);
      const isList = rows.every(([key], index) => key === String(index));
      return { result: { items: isList ? results.map(([, row]) => row) : Object.fromEntries(results) } };
    }),
  };

  function list(kind: RecordKind, params: Params, records: StoredRecord[]): MethodAnswer {
    const conditions = readFilter(kind, params.filter);
    let found = records.filter((record) => conditions.every((fits) => fits(record)));
    for (const [name, direction] of Object.entries((params.order ?? {}) as Params).reverse()) {
      const field = store.catalogue.byItem(kind, name);
      if (!field)
        throw new RestError(400, 'INVALID_ARG_VALUE', `Invalid order: field '${name}' is not allowed in order`);
      // Records are kept in the order of their ids already.
      const isDefault = field.upperName === 'ID' && String(direction).toUpperCase() === 'ASC';
      if (!isDefault) found = sortRecords(found, field, direction);
    }
    const start = Number(params.start ?? 0);
    const offset = start === -1 ? 0 : start;
    const page = found.slice(offset, offset + pageSize);
    const select = Array.isArray(params.select) && params.select.length > 0 ? params.select.map(String) : ['*'];
    const items = page.map((record) => {
      const wire = toItem(kind, record, store.catalogue, switches, select);
      // PHP writes an empty map as a list.
      return Object.keys(wire).length > 0 ? wire : [];
    });
    if (start === -1) return { result: { items }, ...(switches.totalWithoutCount === 'zero' && { total: 0 }) };
    const next = offset + pageSize;
    return { result: { items }, total: found.length, ...(next < found.length && { next }) };
  }

  function readFilter(kind: RecordKind, filter: unknown): Condition[] {
    return Object.entries((filter ?? {}) as Params).flatMap(([key, value]) => {
      if (key === 'logic') return [];
      if (/^\d+$/.test(key) && typeof value === 'object' && value !== null) {
        const group = readFilter(kind, value);
        const isOr = String((value as Params).logic).toUpperCase() === 'OR';
        return [
          (record: StoredRecord) => (isOr ? group.some((fits) => fits(record)) : group.every((fits) => fits(record))),
        ];
      }
      const { operator, name } = splitKey(key);
      if (name === 'updatedTime' && switches.timeFilters === 'dropped') return [];
      const field = store.catalogue.byItem(kind, name);
      if (!field)
        throw new RestError(400, 'INVALID_ARG_VALUE', `Invalid filter: field '${name}' is not allowed in filter`);
      const isShifted = name === 'updatedTime' && switches.timeFilters === 'shifted';
      return [toCondition(field, operator, isShifted ? inServerTime(value, switches.offsetMinutes) : value)];
    });
  }
}

/** A time whose offset is passed over: its hours are read as the server's own. */
function inServerTime(value: unknown, offsetMinutes: number): string {
  const hours = String(value).replace(/(Z|[+-]\d\d:\d\d)$/, 'Z');
  return new Date(Date.parse(hours) - offsetMinutes * 60_000).toISOString();
}

function kindOf(params: Params): RecordKind {
  const id = Number(params.entityTypeId);
  const kind = (Object.keys(entityTypeIds) as RecordKind[]).find((candidate) => entityTypeIds[candidate] === id);
  if (params.entityTypeId === undefined)
    throw new RestError(400, '100', 'Could not find value for parameter {entityTypeId}');
  if (!kind) throw new RestError(400, 'NOT_FOUND', 'Smart process not found');
  return kind;
}

function readFm(value: unknown): MultifieldChange[] {
  return Object.entries((value ?? {}) as Params).flatMap(([key, entry]) => {
    const item = entry as { typeId?: string; valueType?: string; value?: string };
    if (!item.typeId || item.value === undefined) return [];
    const isKnown = /^\d+$/.test(key);
    return [
      { ...(isKnown && { id: Number(key) }), typeId: item.typeId, valueType: item.valueType ?? '', value: item.value },
    ];
  });
}

/** `PHONE: [{ID, VALUE, VALUE_TYPE, DELETE}]`, as the frozen family and the import take it; anything else is not stored. */
export function readValues(typeId: string, value: unknown): MultifieldChange[] {
  const entries = Array.isArray(value)
    ? value
    : typeof value === 'object' && value !== null
      ? Object.values(value)
      : [];
  return entries.flatMap((entry) => {
    if (typeof entry !== 'object' || entry === null) return [];
    const item = entry as { ID?: string; VALUE?: string; VALUE_TYPE?: string; DELETE?: string };
    const id = Number(item.ID);
    return [
      {
        ...(id > 0 && { id }),
        typeId,
        value: item.VALUE ?? null,
        valueType: item.VALUE_TYPE ?? '',
        remove: item.DELETE === 'Y',
      },
    ];
  });
}

/** Lists that fields of the type `crm_status` take their values from; a TYPE_ID has one for each kind. */
const statusTypes: Record<string, string> = {
  SOURCE_ID: 'SOURCE',
  STAGE_ID: 'DEAL_STAGE',
  INDUSTRY: 'INDUSTRY',
  COMPANY_TYPE: 'COMPANY_TYPE',
};
const typeLists: Partial<Record<RecordKind, string>> = { deal: 'DEAL_TYPE', contact: 'CONTACT_TYPE' };

function listOf({ upperName, type, card }: FieldDefinition, kind: RecordKind): string | undefined {
  if (type !== 'crm_status') return undefined;
  const own = card?.settings.ENTITY_TYPE;
  return own === undefined ? (statusTypes[upperName] ?? typeLists[kind]) : String(own);
}

/** Times and authors have other names here than in the frozen families (crm-item-fields.md, 2026-08). */
const upperNames: Record<string, string> = {
  DATE_CREATE: 'CREATED_TIME',
  DATE_MODIFY: 'UPDATED_TIME',
  CREATED_BY_ID: 'CREATED_BY',
  MODIFY_BY_ID: 'UPDATED_BY',
};

function describe(field: FieldDefinition, kind: RecordKind): Record<string, unknown> {
  const { type, title, isReadOnly, isMultiple, isRequired, isUser, upperName, card } = field;
  const statusType = listOf(field, kind);
  return {
    type,
    isRequired,
    isReadOnly,
    isImmutable: false,
    isMultiple,
    isDynamic: isUser,
    title,
    ...(statusType && { statusType }),
    ...(type === 'enumeration' && {
      items: (card?.options ?? []).map(({ id, value }) => ({ ID: String(id), VALUE: value })),
    }),
    upperName: upperNames[upperName] ?? upperName,
  };
}
