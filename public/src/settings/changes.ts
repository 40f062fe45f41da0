/** One place where two documents differ; what is undefined is not named there. */
export interface Change {
  path: readonly string[];
  before: unknown;
  after: unknown;
}

type Document = Readonly<Record<string, unknown>>;

/** Where two documents differ, place by place; lists are compared as wholes, and an empty group is the same as none. Pure. */
export function findChanges(before: unknown, after: unknown, path: readonly string[] = []): Change[] {
  if (isSame(before, after)) return [];
  const isTakenOut = path.length > 0 && (after ?? null) === null;
  if (isTakenOut || !isDocument(before ?? {}) || !isDocument(after)) return [{ path, before, after }];
  const [former, later] = [before ?? {}, after ?? {}] as [Document, Document];
  const keys = [...new Set([...Object.keys(former), ...Object.keys(later)])].sort();
  return keys.flatMap((key) => findChanges(former[key], later[key], [...path, key]));
}

/** The changes as a patch: null where a key is taken out. Pure. */
export function patchOf(changes: readonly Change[]): Document {
  const patch: Record<string, unknown> = {};
  for (const { path, after } of changes) {
    let place = patch;
    for (const key of path.slice(0, -1)) {
      place[key] ??= {};
      place = place[key] as Record<string, unknown>;
    }
    place[path.at(-1) ?? ''] = after ?? null;
  }
  return patch;
}

/** The document with the changes made in a copy of it. Pure. */
export function withChanges<Whole>(document: Whole, changes: readonly Change[]): Whole {
  const copy = copyOf(document);
  for (const { path, after } of changes) {
    let place = copy as Record<string, unknown>;
    for (const key of path.slice(0, -1)) {
      place[key] ??= {};
      place = place[key] as Record<string, unknown>;
    }
    const last = path.at(-1) ?? '';
    if (after === undefined || after === null) delete place[last];
    else place[last] = copyOf(after);
  }
  return copy;
}

/** Whether both changes are about the same place, or one is about a part of the other's. Pure. */
export function touches(one: Change, other: Change): boolean {
  const length = Math.min(one.path.length, other.path.length);
  return one.path.slice(0, length).join('\n') === other.path.slice(0, length).join('\n');
}

export function copyOf<Whole>(document: Whole): Whole {
  return JSON.parse(JSON.stringify(document)) as Whole;
}

function isDocument(value: unknown): value is Document {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isSame(one: unknown, other: unknown): boolean {
  return JSON.stringify(normal(one)) === JSON.stringify(normal(other));
}

/** Keys in one order, empty groups and what is undefined left out, so that equal documents are equal texts. */
function normal(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(normal);
  if (!isDocument(value)) return value ?? null;
  const entries = Object.entries(value)
    .map(([key, part]) => [key, normal(part)] as const)
    .filter(([, part]) => part !== null)
    .sort(([one], [other]) => (one < other ? -1 : 1));
  return entries.length > 0 ? Object.fromEntries(entries) : null;
}
