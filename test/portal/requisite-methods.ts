import { splitKey } from './list-filter.ts';
import { type OwnerKind, ownerTypes, type RequisiteRow, type Requisites, requisiteFields } from './requisites.ts';
import type { Rights } from './rights.ts';
import type { Store } from './store.ts';
import { type MethodTable, RestError } from './types.ts';

type Params = Record<string, unknown>;

const pageSize = 50;

/**
 * `crm.requisite.list`: the page is fixed at fifty, values are strings, a caller needs the right to read contacts and companies, and what
 * is refused has the code 0 (api-reference/crm/requisites/universal/crm-requisite-list.md, 2026-08).
 */
export function makeRequisiteMethods(requisites: Requisites, store: Store, rights: Rights): MethodTable {
  const kinds = Object.keys(ownerTypes) as OwnerKind[];
  return {
    'crm.requisite.list': {
      scope: 'crm',
      write: false,
      run(params, { caller: { userId } }) {
        const mayRead = kinds.every((kind) => rights.allows({ kind, action: 'read', userId }));
        if (!mayRead) throw new RestError(400, 0, 'Access denied.');
        const fits = conditionsOf((params.filter ?? {}) as Params);
        // Requisites go with their owners.
        const living = requisites.list().filter((row) => kinds.some((kind) => isOwnedBy(row, kind, store)));
        const found = sorted(
          living.filter((row) => fits.every((condition) => condition(row))),
          params.order,
        );
        const start = Math.max(0, Math.floor(Number(params.start ?? 0) / pageSize) * pageSize);
        const rows = found.slice(start, start + pageSize).map((row) => selected(row, params.select));
        const next = start + pageSize;
        return { result: rows, total: found.length, ...(next < found.length && { next }) };
      },
    },
  };
}

function isOwnedBy(row: RequisiteRow, kind: OwnerKind, store: Store): boolean {
  return row.ENTITY_TYPE_ID === String(ownerTypes[kind]) && store.get(kind, Number(row.ENTITY_ID)) !== undefined;
}

function conditionsOf(filter: Params): ((row: RequisiteRow) => boolean)[] {
  return Object.entries(filter).map(([key, wanted]) => {
    const { operator, name } = splitKey(key);
    if (!requisiteFields.includes(name as never)) throw new RestError(400, 0, `Field ${name} is not allowed in filter`);
    const values = new Set((Array.isArray(wanted) ? wanted : [wanted]).map(String));
    const number = Number(Array.isArray(wanted) ? wanted[0] : wanted);
    return (row) => {
      const value = row[name] ?? '';
      if (operator === '=' || operator === '@') return values.has(value);
      if (operator === '>') return Number(value) > number;
      throw new RestError(400, 0, `Filter ${key} is not simulated`);
    };
  });
}

function sorted(rows: RequisiteRow[], order: unknown): RequisiteRow[] {
  const [[name = 'ID', direction = 'ASC'] = []] = Object.entries((order ?? {}) as Params);
  const sign = String(direction).toUpperCase() === 'DESC' ? -1 : 1;
  return [...rows].sort((a, b) => sign * (Number(a[name]) - Number(b[name])));
}

function selected(row: RequisiteRow, select: unknown): RequisiteRow {
  const names = Array.isArray(select) && select.length > 0 ? select.map(String) : requisiteFields;
  return Object.fromEntries(names.flatMap((name) => (name in row ? [[name, row[name] ?? null]] : [])));
}
