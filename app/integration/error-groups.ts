import type { Language } from '../lib/errors.ts';
import { type Database, queryRows } from '../models/database.ts';
import { type ErrorFilter, errorCondition, errorFilterBinds } from './error-list.ts';
import { type ConnectionKind, decoded, explain } from './error-texts.ts';

/** A cause that people can act on at once, however many records it holds back. */
export interface ErrorGroup {
  /** Code and message without what belongs to one record. */
  cause: string;
  code: string;
  kind: string;
  retryable: boolean;
  count: number;
  /** Of these, how many wait for a person. */
  failed: number;
  /** Of these, how many are tried again by themselves. */
  pending: number;
  /** How many records began to fail so in the last 24 hours, and in the 24 hours before; those that are mended by now, too. */
  last_day: number;
  day_before: number;
  /** What happened, as the latest error says it. */
  message: string;
  /** The same without what belongs to one record: `…` for a quoted name, `#` for a number or an id. */
  title: string;
  /** What this tenant can do, by the kind of its connection; null when there is nothing to add. */
  advice: string | null;
  local_types: string[];
  first_at: Date;
  last_at: Date;
}

interface RawGroup extends Omit<ErrorGroup, 'message' | 'advice' | 'title'> {
  message: string;
  response: unknown;
}

/** Maximum error groups returned. */
const shownGroups = 100;

/** A tenant's errors by cause, the most frequent first; each speaks with the words of its latest error. `filter` as in the list. */
export async function groupErrors(
  db: Database,
  tenantId: number,
  filter: ErrorFilter,
  reader: { language: Language; via: ConnectionKind },
): Promise<ErrorGroup[]> {
  const groups = await queryRows<RawGroup>(
    db,
    `with matching as materialized (
       select id, cause, code, kind, status, retryable, local_type, created_at, updated_at from integration_errors e where ${errorCondition}),
     recent as (
       select cause, (count(*) filter (where created_at > now() - interval '24 hours'))::integer as last_day,
              (count(*) filter (where created_at <= now() - interval '24 hours'))::integer as day_before
         from integration_errors where tenant_id = $tenantId and created_at > now() - interval '48 hours' group by cause),
     grouped as (
       select cause, code, kind, bool_or(retryable) as retryable, count(*)::integer as count,
              (count(*) filter (where status = 'failed'))::integer as failed,
              (count(*) filter (where status = 'pending'))::integer as pending,
              (array_agg(id order by updated_at desc, id desc))[1] as latest,
              coalesce(array_agg(distinct local_type) filter (where local_type is not null), '{}') as local_types,
              min(created_at) as first_at, max(updated_at) as last_at
         from matching group by cause, code, kind order by count(*) desc, max(updated_at) desc limit ${shownGroups})
     select g.cause, g.code, g.kind, g.retryable, g.count, g.failed, g.pending, g.local_types, g.first_at, g.last_at,
            coalesce(r.last_day, 0) as last_day, coalesce(r.day_before, 0) as day_before, l.message, l.response
       from grouped g join integration_errors l on l.tenant_id = $tenantId and l.id = g.latest left join recent r on r.cause = g.cause
      order by g.count desc, g.last_at desc`,
    errorFilterBinds(tenantId, filter),
  );
  const said = groups.map((group) => explain(group, reader));
  const titles = await withoutParticulars(
    db,
    said.map(({ message }) => message),
  );
  return groups.map(({ response: _, ...group }, index) => ({
    ...group,
    message: said[index]?.message ?? group.message,
    title: decoded(titles[index] ?? group.message),
    advice: said[index]?.advice ?? null,
  }));
}

/** The texts as the table compares them: the one place that knows what belongs to one record is its function. */
async function withoutParticulars(db: Database, texts: readonly string[]): Promise<string[]> {
  if (texts.length === 0) return [];
  const rows = await queryRows<{ text: string }>(
    db,
    'select axenta_cause(t.text) as text from unnest($texts::text[]) with ordinality as t (text, place) order by place',
    { texts: [...texts] },
  );
  return rows.map(({ text }) => text);
}
