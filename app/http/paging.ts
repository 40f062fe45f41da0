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

/** The `pagination` block of a list answer. With `more` there are more rows than were counted, and the answer says so. */
export function paginationOf({ page, limit }: Page, total: number, more = false) {
  const totalPages = Math.ceil(total / limit);
  const pagination = {
    page,
    limit,
    total,
    total_pages: totalPages,
    has_next: more || page < totalPages,
    has_prev: page > 1,
  };
  return more ? { ...pagination, more } : pagination;
}

/** A `LIKE` pattern that finds the text anywhere, whatever characters it holds. */
export function containsPattern(text: string): string {
  return `%${text.replace(/[\\%_]/g, '\\$&')}%`;
}
