import { refusedValue } from './error-table.ts';

/** One way to fit a search: to be one of these records, or to hold a text in a field (by upper-case name). */
export type Alternative = { ids: readonly number[] } | { field: string; holds: string };

/** The alternative with the name that items have. Throws when the portal has no such field, or nothing is asked for. */
export function withItemName(one: Alternative, fields: ReadonlyMap<string, { itemName: string }>): Alternative {
  if ('ids' in one) {
    // An empty list would be no condition on the wire.
    if (one.ids.length === 0) throw refusedValue('id: no value');
    return one;
  }
  const info = fields.get(one.field);
  if (!info || one.holds === '') throw refusedValue(`${one.field}: no such field, or no value`);
  return { field: info.itemName, holds: one.holds };
}

/** Groups of alternatives as `crm.item.list` takes them: nested filters with the logic OR, joined by AND (crm-item-list.md, 2026-08). Pure. */
export function wireGroups(groups: readonly (readonly Alternative[])[]): Record<string, unknown> {
  const wired = groups.map((group, index) => [String(index), { logic: 'OR', ...group.map(wireAlternative) }] as const);
  return Object.fromEntries(wired);
}

/** `%field` finds the text anywhere in the field: the text itself needs no percent signs (crm-item-list.md, 2026-08). */
function wireAlternative(one: Alternative): Record<string, unknown> {
  return 'ids' in one ? { '@id': [...one.ids] } : { [`%${one.field}`]: one.holds };
}
