import type { Rights } from './rights.ts';
import type { Store, StoredRecord } from './store.ts';
import { entityTypeIds, type MethodTable, type RecordKind, RestError } from './types.ts';

type Mergeable = Exclude<RecordKind, 'deal'>;

/** Fields that every record has for itself: merging leaves the survivor's. */
const ownFields = new Set([
  ...['ID', 'DATE_CREATE', 'DATE_MODIFY', 'CREATED_BY_ID', 'MODIFY_BY_ID', 'ASSIGNED_BY_ID', 'LAST_ACTIVITY_TIME'],
  ...['OPENED', 'CATEGORY_ID', 'IS_MY_COMPANY'],
]);

/** What a person does on the page of duplicates: the first survives, keeps what it has, and gets what only the others have. */
export type MergePeople = (kind: Mergeable, ids: readonly number[], userId?: number) => number;

export function makeMerge(store: Store): MergePeople {
  return (kind, ids, userId = 7) => {
    const [survivor, ...lost] = ids.map((id) => recordOf(store, kind, id));
    if (!survivor || lost.length === 0) throw new Error('Merging needs two records');
    const fields: Record<string, unknown> = {};
    for (const { name, value } of lost.flatMap(fieldsOf)) {
      if (isEmpty(survivor.fields[name]) && isEmpty(fields[name])) fields[name] = value;
    }
    const known = new Set(survivor.multifields.map(({ typeId, value }) => `${typeId}:${value}`));
    const multifields = lost
      .flatMap((record) => record.multifields)
      .filter(({ typeId, value }) => !known.has(`${typeId}:${value}`))
      .map(({ typeId, valueType, value }) => ({ typeId, valueType, value }));
    const field = kind === 'company' ? 'COMPANY_ID' : 'CONTACT_ID';
    // The rows of the deals are rewritten in the database: no page tells of an event, or of a new time of change.
    for (const deal of store.all('deal')) {
      if (lost.some(({ id }) => id === deal.fields[field])) deal.fields[field] = survivor.id;
    }
    for (const { id } of lost) store.delete(kind, id, userId);
    store.update(kind, survivor.id, { fields, multifields }, userId);
    return survivor.id;
  };
}

/** `crm.entity.mergeBatch` (duplicates/crm-entity-merge-batch, 2026-08): what differs is a conflict, and nothing is merged. */
export function makeMergeMethods(store: Store, rights: Rights): MethodTable {
  const merge = makeMerge(store);
  return {
    'crm.entity.mergebatch': {
      scope: 'crm',
      write: true,
      run(request, { caller: { userId } }) {
        const params = (request.params ?? {}) as { entityTypeId?: unknown; entityIds?: unknown };
        const kind = (['contact', 'company'] as const).find(
          (candidate) => entityTypeIds[candidate] === Number(params.entityTypeId),
        );
        if (!kind) throw new RestError(400, '', 'Owner was not found');
        const ids = (Array.isArray(params.entityIds) ? params.entityIds : []).map(Number);
        if (ids.length < 2)
          throw new RestError(400, '', 'The parameter entityIds must contains at least two elements.');
        const [survivor, ...lost] = ids.map((id) => recordOf(store, kind, id));
        rights.check({ kind, action: 'write', userId, id: ids[0] as number });
        for (const id of ids.slice(1)) rights.check({ kind, action: 'delete', userId, id });
        const rest = lost.map(({ id }) => id);
        if (survivor && lost.some((record) => differs(survivor, record)))
          return { result: { STATUS: 'CONFLICT', ENTITY_IDS: rest } };
        merge(kind, ids, userId);
        return { result: { STATUS: 'SUCCESS', ENTITY_IDS: rest } };
      },
    },
  };
}

function recordOf(store: Store, kind: Mergeable, id: number): StoredRecord {
  const record = store.get(kind, id);
  if (!record) throw new RestError(400, 'NOT_FOUND', 'Element not found');
  return record;
}

function differs(one: StoredRecord, other: StoredRecord): boolean {
  return fieldsOf(other).some(({ name, value }) => !isEmpty(one.fields[name]) && one.fields[name] !== value);
}

function fieldsOf({ fields }: StoredRecord): { name: string; value: unknown }[] {
  return Object.entries(fields).flatMap(([name, value]) =>
    ownFields.has(name) || isEmpty(value) ? [] : [{ name, value }],
  );
}

function isEmpty(value: unknown): boolean {
  return value === null || value === undefined || value === '' || (Array.isArray(value) && value.length === 0);
}
