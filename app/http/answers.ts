import { extendZodWithOpenApi } from '@asteasolutions/zod-to-openapi';
import { z } from 'zod';

// Before any schema is made: those of answers carry their names and examples.
extendZodWithOpenApi(z);

/**
 * A moment, RFC 3339 in UTC. Handlers may hand over a `Date`: JSON makes a text of it, so the schema is that of the text and its type
 * knows both.
 */
export const time = z.iso.datetime({ offset: true }) as unknown as z.ZodType<Date | string, Date | string>;

/** A list; handlers may hand over one that is read-only. */
export function list<Item extends z.ZodType>(item: Item) {
  return z.array(item).readonly();
}

/** The `pagination` block, as `paginationOf` makes it. */
export const pagination = z
  .object({
    page: z.int(),
    limit: z.int(),
    total: z.int(),
    total_pages: z.int(),
    has_next: z.boolean(),
    has_prev: z.boolean(),
    more: z.boolean().optional().describe('There are more rows than were counted.'),
  })
  .meta({ id: 'Pagination' });

/** An answer that is no JSON envelope: a file, or a stream of events. */
export interface TextAnswer {
  /** Its media type. */
  type: string;
  description: string;
}

/** What a route answers, by HTTP status: the schema of `data`, or a text; both where the caller's `Accept` decides. */
export type AnswerSchemas = Record<number, z.ZodType | TextAnswer | { data: z.ZodType; text: TextAnswer }>;

type DataIn<Schema> = Schema extends z.ZodType
  ? z.input<Schema>
  : Schema extends { data: z.ZodType }
    ? z.input<Schema['data']>
    : never;

/** What a handler may put into `data`. */
export type DataOf<Schemas extends AnswerSchemas> = DataIn<Schemas[keyof Schemas]>;
