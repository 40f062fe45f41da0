import { z } from 'zod';

/** Query parameters of every list: 20 rows a page, at most 100. */
export const pagingSchema = {
  page: z.coerce.number().int().min(1).max(1_000_000).default(1),
  limit: z.coerce.number().int().min(1).max(100).default(20),
};

export interface Page {
  page: number;
  limit: number;
}

/** Rows to pass over. */
export function offsetOf({ page, limit }: Page): number {
  return (page - 1) * limit;
}

/** The `pagination` block of a list answer. */
export function paginationOf({ page, limit }: Page, total: number) {
  const totalPages = Math.ceil(total / limit);
  return { page, limit, total, total_pages: totalPages, has_next: page < totalPages, has_prev: page > 1 };
}

/** A `LIKE` pattern that finds the text anywhere, whatever characters it holds. */
export function containsPattern(text: string): string {
  return `%${text.replace(/[\\%_]/g, '\\$&')}%`;
}
