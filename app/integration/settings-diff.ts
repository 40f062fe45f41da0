import { isDeepStrictEqual } from 'node:util';
import { settingsKeys, settingsOf } from '../sync/plan/settings.ts';

/** One place where two settings documents differ; what a document does not name is its default. */
export interface ChangedPath {
  path: string;
  before: unknown;
  after: unknown;
}

export type Document = Record<string, unknown>;

/** Our keys of a stored document: those of other programs are theirs. What is no document at all has none. Pure. */
export function ownKeys(stored: unknown): Document {
  const ours: readonly string[] = settingsKeys;
  return isDocument(stored) ? Object.fromEntries(Object.entries(stored).filter(([key]) => ours.includes(key))) : {};
}

/** Whether two stored documents say the same of what is ours. Pure. */
export function isSameDocument(one: unknown, other: unknown): boolean {
  return isDeepStrictEqual(ownKeys(one), ownKeys(other));
}

/** Where two stored documents differ, path by path, defaults filled in; lists are compared as wholes. Pure. */
export function changedPaths(before: unknown, after: unknown): ChangedPath[] {
  const defaults: Document = { ...settingsOf(null) };
  const [former, later] = [before, after].map((stored) => filledIn(defaults, ownKeys(stored)));
  return compare('', former, later);
}

function filledIn(defaults: Document, document: Document): Document {
  const filled: Document = { ...defaults };
  for (const [key, value] of Object.entries(document)) {
    const standard = defaults[key];
    filled[key] = isDocument(standard) && isDocument(value) ? filledIn(standard, value) : value;
  }
  return filled;
}

function compare(path: string, before: unknown, after: unknown): ChangedPath[] {
  if (isDeepStrictEqual(before, after)) return [];
  if (!isDocument(before) || !isDocument(after)) return [{ path, before: before ?? null, after: after ?? null }];
  const keys = [...new Set([...Object.keys(before), ...Object.keys(after)])].sort();
  return keys.flatMap((key) => compare(path === '' ? key : `${path}.${key}`, before[key], after[key]));
}

export function isDocument(value: unknown): value is Document {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
