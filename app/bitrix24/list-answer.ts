import { brokenAnswer } from './error-table.ts';
import type { Bitrix24Error } from './errors.ts';
import type { WireItem } from './item-codec.ts';

/** The page size of every list method; it cannot be changed (huge-data.md, 2026-08). */
export const pageSize = 50;

/** The rows of a list answer; throws when there is no list in it. */
export function itemsOf(result: unknown): WireItem[] {
  const items = (result as { items?: unknown } | null)?.items;
  if (!Array.isArray(items)) throw brokenAnswer('no_items', 'crm.item.list');
  return items as WireItem[];
}

/** Some portals drop filters silently: a row that does not fit shows it. */
export function filterIgnored(field: string): Bitrix24Error {
  return brokenAnswer('filter_ignored', `crm.item.list: ${field}`);
}
