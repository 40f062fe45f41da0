import type { FieldType, UserFieldDefinition } from './fields.ts';
import { toInteger } from './params.ts';
import type { Rights } from './rights.ts';
import type { Store } from './store.ts';
import {
  type CallContext,
  type MethodAnswer,
  type MethodTable,
  type PortalEvent,
  type RecordKind,
  RestError,
} from './types.ts';
import { applyCard, isTypeKnown, toCardRow, toListRow } from './userfield-card.ts';

type Params = Record<string, unknown>;

export interface UserFieldDeps {
  store: Store;
  rights: Rights;
  announce(event: PortalEvent): void;
}

/** User fields of deals, contacts and companies: `crm.deal.userfield.*` and siblings (api-reference/crm/deals/user-defined-fields/, 2026-08). */
export function makeUserFieldMethods(deps: UserFieldDeps): MethodTable {
  const kinds: RecordKind[] = ['deal', 'contact', 'company'];
  return Object.assign({}, ...kinds.map((kind) => methodsOf(kind, deps))) as MethodTable;
}

function methodsOf(kind: RecordKind, { store, rights, announce }: UserFieldDeps): MethodTable {
  const { catalogue } = store;
  const entityId = `CRM_${kind.toUpperCase()}`;

  const method = (write: boolean, run: (params: Params, context: CallContext) => MethodAnswer) => ({
    scope: 'crm',
    write,
    run(params: Params, context: CallContext) {
      if (write && !context.caller.isAdmin) throw new RestError(400, '', 'Access denied.');
      rights.checkLegacy({ kind, action: 'read', userId: context.caller.userId });
      return run(params, context);
    },
  });

  function find(params: Params): UserFieldDefinition {
    const id = toInteger(params.id ?? params.ID);
    if (!(id > 0)) throw new RestError(400, '', 'ID is not defined or invalid.');
    const field = catalogue.userFields(kind).find((candidate) => candidate.card.id === id);
    if (!field) throw new RestError(400, 'ERROR_NOT_FOUND', `The entity with ID '${id}' is not found.`);
    return field;
  }

  function tell(change: 'ADD' | 'UPDATE' | 'DELETE', field: UserFieldDefinition, userId: number): void {
    const FIELDS = { ID: String(field.card.id), ENTITY_ID: entityId, FIELD_NAME: field.upperName };
    announce({ event: `ONCRM${kind.toUpperCase()}USERFIELD${change}`, data: { FIELDS }, userId });
  }

  return {
    [`crm.${kind}.userfield.add`]: method(true, (params, { caller }) => {
      const given = fieldsOf(params);
      const name = nameOf(given.FIELD_NAME);
      const type = String(given.USER_TYPE_ID ?? '');
      if (type === '') throw new RestError(400, '', "The 'USER_TYPE_ID' field is not found.");
      if (!isTypeKnown(type)) throw new RestError(400, 'ERROR_CORE', 'Incorrect custom type specified.');
      if (catalogue.byUpper(kind, name)) throw new RestError(400, 'ERROR_CORE', `Field ${name} already exists.`);
      const field = catalogue.addUserField(kind, name, type as FieldType, given.MULTIPLE === 'Y');
      applyCard(field, given, () => catalogue.nextOptionId());
      for (const record of store.all(kind)) record.fields[name] = field.isMultiple ? [] : null;
      tell('ADD', field, caller.userId);
      return { result: field.card.id };
    }),
    [`crm.${kind}.userfield.get`]: method(false, (params) => ({ result: toCardRow(find(params), entityId) })),
    [`crm.${kind}.userfield.list`]: method(false, (params) => {
      const { LANG, ...filter } = (params.filter ?? {}) as Params;
      const rows = catalogue
        .userFields(kind)
        .sort((a, b) => a.card.sort - b.card.sort)
        .map((field) => toListRow(field, entityId, LANG !== undefined))
        .filter((row) => Object.entries(filter).every(([name, value]) => row[name] === String(value)));
      return { result: rows, total: rows.length };
    }),
    [`crm.${kind}.userfield.update`]: method(true, (params, { caller }) => {
      const field = find(params);
      // Name, type and whether it is multiple never change.
      applyCard(field, fieldsOf(params), () => catalogue.nextOptionId());
      tell('UPDATE', field, caller.userId);
      return { result: true };
    }),
    [`crm.${kind}.userfield.delete`]: method(true, (params, { caller }) => {
      const field = find(params);
      catalogue.removeUserField(kind, field.upperName);
      for (const record of [...store.all(kind), ...store.inBin(kind)]) delete record.fields[field.upperName];
      tell('DELETE', field, caller.userId);
      return { result: true };
    }),
  };
}

function fieldsOf(params: Params): Params {
  if (typeof params.fields === 'object' && params.fields !== null) return params.fields as Params;
  throw new RestError(400, '', "Parameter 'fields' must be array.");
}

const prefix = 'UF_CRM_';

function nameOf(given: unknown): string {
  const own = String(given ?? '')
    .toUpperCase()
    .replace(/^UF_CRM_/, '');
  if (own === '') throw new RestError(400, '', "The 'FIELD_NAME' field is not found.");
  if (!/^[A-Z0-9_]+$/.test(own)) {
    const text = 'Field name contains invalid characters. Allowed characters are: A-Z, 0-9 and _.';
    throw new RestError(400, 'ERROR_CORE', text);
  }
  if (prefix.length + own.length > 50) {
    throw new RestError(400, 'ERROR_CORE', 'Field name is too long (more than 50 characters).');
  }
  return prefix + own;
}
