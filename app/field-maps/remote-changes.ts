import type { Multifield, RemoteChanges, RemoteValues } from './types.ts';

/** Fields that a portal fills anew when another is sent without them (api-reference/crm/currency/index.md, 2026-08). */
const companions: Readonly<Record<string, string>> = { OPPORTUNITY: 'CURRENCY_ID', REVENUE: 'CURRENCY_ID' };

/**
 * What must be sent so that `before` becomes `after`: changed fields only, an amount never without its currency, values of multifields
 * by their ids.
 */
export function diffRemote(before: RemoteValues, after: RemoteValues): RemoteChanges {
  const changed = Object.entries(after.fields).filter(([name, value]) => !isSame(before.fields[name], value));
  const fields = Object.fromEntries(changed);
  for (const [name] of changed) {
    const companion = companions[name];
    if (companion && after.fields[companion]) fields[companion] = after.fields[companion];
  }
  return { fields, multifields: diffMultifields(before.multifields, after.multifields) };
}

export function isEmptyChanges(changes: RemoteChanges): boolean {
  return Object.keys(changes.fields).length === 0 && changes.multifields.length === 0;
}

function diffMultifields(before: readonly Multifield[], after: readonly Multifield[]): Multifield[] {
  const kept = new Map(after.filter((item) => item.id !== undefined).map((item) => [item.id, item]));
  const known = before.flatMap((item) => {
    const now = kept.get(item.id);
    // Bitrix24 removes a value when it is sent empty with its id (crm-item-update.md, 2026-08).
    if (!now) return [{ ...item, value: '' }];
    return now.value === item.value && now.valueType === item.valueType ? [] : [now];
  });
  return [...known, ...after.filter((item) => item.id === undefined)];
}

// Bitrix24 says "nothing" in several ways; sending one of them instead of another changes nothing.
function isSame(before: unknown, after: unknown): boolean {
  const isNothing = (value: unknown) => value === null || value === undefined || value === '' || value === 0;
  if (isNothing(before) && isNothing(after)) return true;
  return String(before) === String(after);
}
