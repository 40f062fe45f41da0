import { readValues } from './item-methods.ts';
import { sortRecords, splitKey, toCondition } from './list-filter.ts';
import { toInteger } from './params.ts';
import type { RightAction, Rights } from './rights.ts';
import type { RecordWrite, Store, StoredRecord } from './store.ts';
import type { PortalSwitches } from './switches.ts';
import { type CallContext, type MethodAnswer, type MethodTable, type RecordKind, RestError } from './types.ts';
import { toLegacy } from './wire.ts';

type Params = Record<string, unknown>;

const pageSize = 50;
const labels: Record<RecordKind, string> = { deal: 'Deal', contact: 'Contact', company: 'Company' };

export interface LegacyMethodDeps {
  store: Store;
  switches: PortalSwitches;
  rights: Rights;
}

/** The frozen families `crm.deal.*`, `crm.contact.*`, `crm.company.*` (api-reference/crm/deals/ and siblings, 2026-08). */
export function makeLegacyMethods(deps: LegacyMethodDeps): MethodTable {
  const kinds: RecordKind[] = ['deal', 'contact', 'company'];
  return Object.assign({}, ...kinds.map((kind) => methodsOf(kind, deps))) as MethodTable;
}

function methodsOf(kind: RecordKind, { store, switches, rights }: LegacyMethodDeps): MethodTable {
  const method = (write: boolean, run: (params: Params, context: CallContext) => MethodAnswer) => ({
    scope: 'crm',
    write,
    run,
  });

  function find(params: Params, { caller }: CallContext, action: RightAction): StoredRecord {
    const id = toInteger(params.id ?? params.ID);
    if (!(id > 0)) throw new RestError(400, '', 'ID is not defined or invalid.');
    const record = store.get(kind, id);
    if (!record) throw new RestError(400, '', kind === 'deal' ? 'Not found' : `${labels[kind]} is not found`);
    rights.checkLegacy({ kind, action, userId: caller.userId, id });
    return record;
  }

  function toWrite(fields: unknown, isUpdate: boolean): RecordWrite {
    if (typeof fields !== 'object' || fields === null || Array.isArray(fields)) {
      throw new RestError(400, '', "Parameter 'fields' must be array.");
    }
    const write: RecordWrite = { fields: {}, multifields: [] };
    for (const [name, value] of Object.entries(fields)) {
      if (name === 'PHONE' || name === 'EMAIL') write.multifields.push(...readValues(name, value));
      // A deal stays in its funnel: only `crm.item.update` moves it.
      else if (name !== 'CATEGORY_ID' || !isUpdate) write.fields[name] = value;
    }
    return write;
  }

  function list(params: Params, { caller: { userId } }: CallContext): MethodAnswer {
    if (switches.closedKindList === 'refused') rights.checkLegacy({ kind, action: 'read', userId });
    // What the method does not know it drops, silently: then everything comes back.
    const conditions = Object.entries((params.filter ?? {}) as Params).flatMap(([key, value]) => {
      const { operator, name } = splitKey(key);
      if (name === 'PHONE' || name === 'EMAIL') return [toCondition(name, operator, value)];
      const field = store.catalogue.byUpper(kind, name);
      return field ? [toCondition(field, operator, value)] : [];
    });
    let found = rights
      .readable(store.all(kind), kind, userId)
      .filter((record) => conditions.every((fits) => fits(record)));
    for (const [name, direction] of Object.entries((params.order ?? {}) as Params).reverse()) {
      const field = store.catalogue.byUpper(kind, name);
      if (field) found = sortRecords(found, field, direction);
    }
    const start = Number(params.start ?? 0);
    const floored = start === -1 ? 0 : Math.floor(start / pageSize) * pageSize;
    // A page behind the last one is the first one again.
    const offset = floored >= found.length ? 0 : floored;
    const select = Array.isArray(params.select) && params.select.length > 0 ? params.select.map(String) : ['*', 'UF_*'];
    const rows = found
      .slice(offset, offset + pageSize)
      .map((record) => toLegacy(kind, record, store.catalogue, switches, { multifields: false, select }));
    if (start === -1) return { result: rows, total: 0 };
    const next = offset + pageSize;
    return { result: rows, total: found.length, ...(next < found.length && { next }) };
  }

  return {
    [`crm.${kind}.add`]: method(true, (params, { caller }) => {
      rights.checkLegacy({ kind, action: 'add', userId: caller.userId });
      const write = toWrite(params.fields, false);
      if (kind === 'contact' && !write.fields.NAME && !write.fields.LAST_NAME) {
        throw new RestError(400, '', 'The required field "Last name" is missing.<br>');
      }
      return { result: store.create(kind, write, caller.userId).id };
    }),
    [`crm.${kind}.get`]: method(false, (params, context) => ({
      result: toLegacy(kind, find(params, context, 'read'), store.catalogue, switches, {
        multifields: true,
        select: null,
      }),
    })),
    [`crm.${kind}.update`]: method(true, (params, context) => {
      const record = find(params, context, 'write');
      store.update(kind, record.id, toWrite(params.fields, true), context.caller.userId);
      return { result: true };
    }),
    [`crm.${kind}.delete`]: method(true, (params, context) => {
      store.delete(kind, find(params, context, 'delete').id, context.caller.userId);
      return { result: true };
    }),
    [`crm.${kind}.list`]: method(false, list),
    // Field lists of the frozen family are open to everybody (api-reference/crm/deals/crm-deal-fields.md, 2026-08).
    [`crm.${kind}.fields`]: method(false, () => ({
      result: Object.fromEntries(
        store.catalogue
          .list(kind)
          .map(({ upperName, type, title, isReadOnly, isMultiple, isRequired, isUser }) => [
            upperName,
            { type, isRequired, isReadOnly, isImmutable: false, isMultiple, isDynamic: isUser, title },
          ]),
      ),
    })),
  };
}
