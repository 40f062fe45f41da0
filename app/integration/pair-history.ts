import { offsetOf, type Page } from '../http/paging.ts';
import type { Entity } from '../lib/records.ts';
import { type Database, queryRows } from '../models/database.ts';

/** One applied change of a record pair, with what was before and after. */
export interface HistoryLine {
  id: number;
  run_id: number | null;
  direction: string;
  operation: string;
  changes: Record<string, { before: unknown; after: unknown }>;
  duration_ms: number | null;
  /** Who decided it; null: the synchronisation did it by itself. */
  actor: string | null;
  created_at: Date;
}

/** One page of a record's history, newest first, and how many lines there are in all. */
export async function readPairHistory(
  db: Database,
  tenantId: number,
  record: { entity: Entity; localId: number },
  page: Page,
): Promise<{ rows: HistoryLine[]; total: number }> {
  const bind = { tenantId, ...record };
  const where = 'tenant_id = $tenantId and entity = $entity and local_id = $localId';
  const [counted] = await queryRows<{ total: number }>(
    db,
    `select count(*)::integer as total from sync_log where ${where}`,
    bind,
  );
  const rows = await queryRows<HistoryLine>(
    db,
    `select id::float8 as id, run_id, direction, operation, changes, duration_ms, actor, created_at from sync_log
      where ${where} order by id desc limit $limit offset $offset`,
    { ...bind, limit: page.limit, offset: offsetOf(page) },
  );
  return { rows, total: counted?.total ?? 0 };
}
