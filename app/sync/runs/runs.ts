import { UniqueConstraintError } from 'sequelize';
import { AppError, notFound } from '../../lib/errors.ts';
import { entities as allEntities, type Entity, pairKinds } from '../../lib/records.ts';
import { type Database, queryRows } from '../../models/database.ts';
import { retryingTransaction } from '../../models/retrying-transaction.ts';
import { priorities } from '../queue/sync-queue.ts';
import type { ScanState } from './run-scan.ts';

export interface RunRequest {
  tenantId: number;
  direction: 'to_bitrix' | 'from_bitrix';
  entities: readonly Entity[];
  filter: { ids?: number[]; updatedSince?: Date };
  dryRun: boolean;
  /** Creates start no robots in the portal. */
  silent: boolean;
  /** Bitrix24 records without a local one become local records. */
  importNew: boolean;
  requestedBy: string;
}

/** A row of `sync_runs`. Counters count queued records. */
export interface RunRow {
  id: number;
  tenant_id: number;
  direction: 'to_bitrix' | 'from_bitrix';
  entities: Entity[];
  filter: { ids?: number[]; updated_since?: string };
  dry_run: boolean;
  silent: boolean;
  import_new: boolean;
  state: 'running' | 'finished' | 'cancelled' | 'failed';
  scan: ScanState | null;
  total: number;
  done: number;
  created: number;
  updated: number;
  unchanged: number;
  skipped: number;
  failed: number;
  conflicts: number;
  done_by_entity: Partial<Record<Entity, number>>;
  errors: unknown[];
  preview: unknown[];
  requested_by: string | null;
  created_at: Date;
  finished_at: Date | null;
}

/**
 * Starts a run: queues every record that it asks for, in one transaction. One run at a time per tenant, in the whole cluster; a
 * second one is refused with `sync_running` (409).
 */
export async function startRun(db: Database, request: RunRequest): Promise<RunRow> {
  const entities = allEntities.filter((entity) => request.entities.includes(entity));
  const { ids, updatedSince } = request.filter;
  const filter = { ...(ids && { ids }), ...(updatedSince && { updated_since: updatedSince.toISOString() }) };
  try {
    return await retryingTransaction(db, async (transaction, patiently) => {
      const needsScan = request.dryRun || (request.direction === 'from_bitrix' && request.importNew);
      const scan: ScanState | null = needsScan ? { entity: entities[0] as Entity, afterId: 0, step: 'known' } : null;
      // A run that another process is just starting is waited for: it decides whether this one may begin.
      const [run] = await patiently(() =>
        queryRows<RunRow>(
          db,
          `insert into sync_runs (tenant_id, direction, entities, filter, dry_run, silent, import_new, scan, requested_by)
         values ($tenantId, $direction, $entities, $filter::jsonb, $dryRun, $silent, $importNew, $scan::jsonb, $requestedBy)
         returning *`,
          {
            tenantId: request.tenantId,
            direction: request.direction,
            entities,
            filter: JSON.stringify(filter),
            dryRun: request.dryRun,
            silent: request.silent,
            importNew: request.importNew,
            scan: scan && JSON.stringify(scan),
            requestedBy: request.requestedBy,
          },
          transaction,
        ),
      );
      if (!run) throw new Error('The run was not stored');
      let total = 0;
      for (const entity of request.dryRun ? [] : entities) {
        const [queued] = await queryRows<{ count: number }>(
          db,
          queueSql(run.direction, entity),
          {
            tenantId: request.tenantId,
            runId: run.id,
            entity,
            ids: ids ?? null,
            since: updatedSince?.toISOString() ?? null,
          },
          transaction,
        );
        total += queued?.count ?? 0;
      }
      const [stored] = await queryRows<RunRow>(
        db,
        `update sync_runs set total = $total where id = $id returning *, pg_notify('axenta_sync', tenant_id::text)`,
        { id: run.id, total },
        transaction,
      );
      return stored ?? run;
    });
  } catch (error) {
    if (error instanceof UniqueConstraintError) throw alreadyRunning(error);
    throw error;
  }
}

/**
 * Records to queue: rows that wait already keep their reason, so that cancelling the run never forgets a real change; they count as
 * changed, so that a pass which has them in hand just now leaves them to the run. A row that is locked just now waits already or is
 * being dealt with: it is left out of the run, and stops no other.
 */
function queueSql(direction: RunRow['direction'], entity: Entity): string {
  const { table } = pairKinds[entity];
  const side = direction === 'to_bitrix' ? 'local' : 'bitrix24';
  const source =
    direction === 'to_bitrix'
      ? `select id as record_id from ${table} where tenant_id = $tenantId and deleted_at is null
           and ($ids::integer[] is null or id = any($ids)) and ($since::timestamptz is null or updated_at >= $since)`
      : `select m.bitrix24_key as record_id from bitrix24_sync_mappings m
          where m.tenant_id = $tenantId and m.local_type = $entity and m.state = 'linked' and m.bitrix24_key is not null
            and ($ids::integer[] is null or m.local_id = any($ids))
            and ($since::timestamptz is null or m.bitrix24_modified_at is null or m.bitrix24_modified_at >= $since)`;
  return `with source as materialized (${source}),
    waiting as materialized (
      select q.record_id from sync_queue q join source s using (record_id)
       where q.tenant_id = $tenantId and q.entity = $entity and q.side = '${side}' order by q.record_id for update of q skip locked),
    joined as (
      update sync_queue q set run_id = $runId, changes = q.changes + 1 from waiting w
       where q.tenant_id = $tenantId and q.entity = $entity and q.side = '${side}' and q.record_id = w.record_id
      returning 1),
    added as (
      insert into sync_queue as q (tenant_id, entity, side, record_id, reason, priority, run_id)
      select $tenantId, $entity, '${side}', s.record_id, 'run', ${priorities.run}, $runId from source s
       where not exists (select 1 from sync_queue q where q.tenant_id = $tenantId and q.entity = $entity
                            and q.side = '${side}' and q.record_id = s.record_id)
       order by s.record_id
      on conflict (tenant_id, entity, side, record_id) do update set run_id = excluded.run_id, changes = q.changes + 1
      returning 1)
    select ((select count(*) from joined) + (select count(*) from added))::integer as count`;
}

/** One run of the tenant; throws `not_found`. */
export async function findRun(db: Database, tenantId: number, id: number): Promise<RunRow> {
  const [run] = await queryRows<RunRow>(db, 'select * from sync_runs where tenant_id = $tenantId and id = $id', {
    tenantId,
    id,
  });
  if (!run) throw notFound({ ru: 'Такой синхронизации нет', en: 'There is no such run' });
  return run;
}

/** Runs of the tenant, the newest first. */
export async function listRuns(
  db: Database,
  tenantId: number,
  page: number,
  limit: number,
): Promise<{ runs: RunRow[]; total: number }> {
  const runs = await queryRows<RunRow>(
    db,
    'select * from sync_runs where tenant_id = $tenantId order by id desc limit $limit offset $offset',
    { tenantId, limit, offset: (page - 1) * limit },
  );
  const [counted] = await queryRows<{ total: number }>(
    db,
    'select count(*)::integer as total from sync_runs where tenant_id = $tenantId',
    { tenantId },
  );
  return { runs, total: counted?.total ?? 0 };
}

/**
 * Cancels a running run: what it alone had queued leaves the queue, records that changed meanwhile stay. A batch that is under way is
 * finished. Cancelling a run that has ended changes nothing.
 */
export async function cancelRun(db: Database, tenantId: number, id: number): Promise<RunRow> {
  await retryingTransaction(db, async (transaction) => {
    const cancelled = await queryRows(
      db,
      `update sync_runs set state = 'cancelled', scan = null, finished_at = now()
        where tenant_id = $tenantId and id = $id and state = 'running' returning id`,
      { tenantId, id },
      transaction,
    );
    if (cancelled.length === 0) return;
    await queryRows(
      db,
      `delete from sync_queue where tenant_id = $tenantId and run_id = $id and reason in ('run', 'import') and changes = 1
          and create_sent_at is null`,
      { tenantId, id },
      transaction,
    );
    await queryRows(
      db,
      'update sync_queue set run_id = null where tenant_id = $tenantId and run_id = $id',
      { tenantId, id },
      transaction,
    );
  });
  return findRun(db, tenantId, id);
}

function alreadyRunning(cause: unknown): AppError {
  return new AppError({
    code: 'sync_running',
    status: 409,
    text: {
      ru: 'Синхронизация уже выполняется',
      en: 'A synchronisation is already running',
    },
    cause,
  });
}
