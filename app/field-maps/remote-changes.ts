import type { Multifield, RemoteChanges, RemoteValues } from './types.ts';

/** What must be sent so that `before` becomes `after`: changed fields only, values of multifields by their ids. */
export function diffRemote(before: RemoteValues, after: RemoteValues): RemoteChanges {
  const fields = Object.fromEntries(
    Object.entries(after.fields).filter(([name, value]) => !isSame(before.fields[name], value)),
  );
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
