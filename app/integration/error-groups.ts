import type { Language, Text } from '../lib/errors.ts';
import { type Database, queryRows } from '../models/database.ts';

/** A cause that people can act on at once, however many records it holds back. */
export interface ErrorGroup {
  code: string;
  kind: string;
  retryable: boolean;
  count: number;
  /** Of these, how many wait for a person. */
  failed: number;
  /** Of these, how many are tried again by themselves. */
  pending: number;
  message: string;
  /** What to do; null when the message says it all. */
  advice: string | null;
  local_types: string[];
  first_at: Date;
  last_at: Date;
}

interface RawGroup extends Omit<ErrorGroup, 'message' | 'advice'> {
  message: string;
  response: { text?: Text; advice?: Text } | null;
}

/** Maximum error groups returned. */
const shownGroups = 50;

/** A tenant's open errors by cause, the most frequent first; each speaks with the words of its latest error. */
export async function groupErrors(db: Database, tenantId: number, language: Language): Promise<ErrorGroup[]> {
  const groups = await queryRows<RawGroup>(
    db,
    `select code, kind, bool_or(retryable) as retryable, count(*)::integer as count,
            (count(*) filter (where status = 'failed'))::integer as failed,
            (count(*) filter (where status = 'pending'))::integer as pending,
            (array_agg(message order by updated_at desc, id desc))[1] as message,
            (array_agg(response order by updated_at desc, id desc))[1] as response,
            coalesce(array_agg(distinct local_type) filter (where local_type is not null), '{}') as local_types,
            min(created_at) as first_at, max(updated_at) as last_at
       from integration_errors where tenant_id = $tenantId and status <> 'resolved'
      group by code, kind order by count(*) desc, max(updated_at) desc limit ${shownGroups}`,
    { tenantId },
  );
  return groups.map(({ response, message, ...group }) => ({
    ...group,
    message: response?.text?.[language] ?? message,
    advice: response?.advice?.[language] ?? null,
  }));
}
