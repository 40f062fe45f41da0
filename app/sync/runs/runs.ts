import { type Transaction, UniqueConstraintError } from 'sequelize';
import { AppError, notFound } from '../../lib/errors.ts';
import { entities as allEntities, type Entity, type SyncDirection } from '../../lib/records.ts';
import { type Database, queryRows } from '../../models/database.ts';
import { personNameSql } from '../../models/person-name.ts';
import { retryingTransaction } from '../../models/retrying-transaction.ts';
import type { SideRule } from '../plan/scope-settings.ts';
import { conditionOf } from '../plan/scope-sql.ts';
import { enqueueRun, forgetRun } from '../queue/run-queue.ts';
import type { RunRow, ScanState } from './run-row.ts';

export interface RunRequest {
  tenantId: number;
  direction: SyncDirection;
  entities: readonly Entity[];
  filter: RunFilter;
  dryRun: boolean;
  /** Creates start no robots in the portal. */
  silent: boolean;
  /** Bitrix24 records without a local one become local records. */
  importNew: boolean;
  requestedBy: string;
  /** The dry run that it was started from. */
  previewId?: number;
  /** It waits until then. */
  startsAt?: Date;
}

/** Which records a run asks for; it narrows the saved scope. The rules are those of its one kind. */
export interface RunFilter {
  ids?: number[];
  updatedSince?: Date;
  /** So many of each kind, those without a pair before the others. */
  first?: number;
  crm?: SideRule;
  bitrix24?: SideRule;
}

/** A run as it is shown. */
export const shown = `sync_runs.*, ${personNameSql('sync_runs.tenant_id', 'sync_runs.requested_by')} as requested_by_name`;

/**
 * Starts a run: queues every record that it asks for, in one transaction; one that begins later only waits. One run at a time per tenant,
 * in the whole cluster, and one that waits; a second one is refused with `sync_running` or `run_scheduled` (409).
 */
export async function startRun(db: Database, request: RunRequest): Promise<RunRow> {
  const entities = allEntities.filter((entity) => request.entities.includes(entity));
  try {
    return await retryingTransaction(db, async (transaction, patiently) => {
      // A run that another process is just starting is waited for: it decides whether this one may begin.
      const run = await patiently(() => insertRun(db, request, entities, transaction));
      return run.state === 'running' ? queueRecords(db, run, transaction) : run;
    });
  } catch (error) {
    if (error instanceof UniqueConstraintError)
      throw request.startsAt ? alreadyScheduled(error) : alreadyRunning(error);
    throw error;
  }
}

/**
 * Starts the runs whose time has come. One whose tenant has a run under way, or no active connection, waits for the next call. Repeat-safe.
 */
export async function startScheduledRuns(db: Database): Promise<void> {
  const due = await queryRows<{ id: number }>(
    db,
    `select r.id from sync_runs r join bitrix24_effective_connections c using (tenant_id)
      where r.state = 'scheduled' and r.starts_at <= now() and c.state = 'active'
        and not exists (select 1 from sync_runs o where o.tenant_id = r.tenant_id and o.state = 'running')`,
  );
  for (const { id } of due) {
    try {
      await retryingTransaction(db, async (transaction) => {
        const [run] = await queryRows<RunRow>(
          db,
          `update sync_runs set state = 'running', created_at = now() where id = $id and state = 'scheduled' returning *`,
          { id },
          transaction,
        );
        if (run) await queueRecords(db, run, transaction);
      });
    } catch (error) {
      // Another run has begun just now.
      if (!(error instanceof UniqueConstraintError)) throw error;
    }
  }
}

/** Queues what a run asks for; what a dry run or an import searches for is found step by step. */
async function queueRecords(db: Database, run: RunRow, transaction: Transaction): Promise<RunRow> {
  const { ids, updated_since, first, crm } = run.filter;
  const filter = {
    ...(ids && { ids }),
    ...(updated_since && { updatedSince: new Date(updated_since) }),
    ...(first !== undefined && { first }),
  };
  let total = 0;
  for (const entity of run.dry_run ? [] : run.entities) {
    const condition = conditionOf(entity, crm);
    const records = { tenantId: run.tenant_id, runId: run.id, direction: run.direction, entity, filter, condition };
    total += await enqueueRun(db, records, transaction);
  }
  const [stored] = await queryRows<RunRow>(
    db,
    `update sync_runs set total = $total where id = $id returning ${shown}, pg_notify('axenta_sync', tenant_id::text)`,
    { id: run.id, total },
    transaction,
  );
  return stored ?? run;
}

async function insertRun(
  db: Database,
  request: RunRequest,
  entities: readonly Entity[],
  transaction: Transaction,
): Promise<RunRow> {
  const { ids, updatedSince, first: count, crm, bitrix24 } = request.filter;
  const filter = {
    ...(ids && { ids }),
    ...(updatedSince && { updated_since: updatedSince.toISOString() }),
    ...(count !== undefined && { first: count }),
    ...(crm && { crm }),
    ...(bitrix24 && { bitrix24 }),
  };
  const needsScan = request.dryRun || (request.direction !== 'to_bitrix' && request.importNew);
  const [first] = entities;
  const scan: ScanState | null = needsScan && first ? { entity: first, afterId: 0, step: 'known' } : null;
  const [run] = await queryRows<RunRow>(
    db,
    `insert into sync_runs (tenant_id, direction, entities, filter, dry_run, silent, import_new, scan, requested_by, preview_id, starts_at,
            state, settings_seen)
     values ($tenantId, $direction, $entities, $filter::jsonb, $dryRun, $silent, $importNew, $scan::jsonb, $requestedBy, $previewId,
            $startsAt::timestamptz, case when $startsAt::timestamptz is null then 'running' else 'scheduled' end,
            (select md5(settings::text) from companies where id = $tenantId))
     returning ${shown}`,
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
      previewId: request.previewId ?? null,
      startsAt: request.startsAt?.toISOString() ?? null,
    },
    transaction,
  );
  if (!run) throw new Error('The run was not stored');
  return run;
}

/** One run of the tenant; throws `not_found`. */
export async function findRun(db: Database, tenantId: number, id: number): Promise<RunRow> {
  const [run] = await queryRows<RunRow>(db, `select ${shown} from sync_runs where tenant_id = $tenantId and id = $id`, {
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
    `select ${shown} from sync_runs where tenant_id = $tenantId order by id desc limit $limit offset $offset`,
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
 * Cancels a run that is under way or waits for its time: what it alone had queued leaves the queue, records that changed meanwhile stay. A batch that is under way is
 * finished. Cancelling a run that has ended changes nothing.
 */
export async function cancelRun(db: Database, tenantId: number, id: number): Promise<RunRow> {
  await retryingTransaction(db, async (transaction) => {
    const cancelled = await queryRows(
      db,
      `update sync_runs set state = 'cancelled', scan = null, finished_at = now()
        where tenant_id = $tenantId and id = $id and state in ('running', 'scheduled') returning id`,
      { tenantId, id },
      transaction,
    );
    if (cancelled.length === 0) return;
    await forgetRun(db, { tenantId, runId: id }, transaction);
  });
  return findRun(db, tenantId, id);
}

function alreadyScheduled(cause: unknown): AppError {
  return new AppError({
    code: 'run_scheduled',
    status: 409,
    text: {
      ru: 'Синхронизация на ночь уже назначена: отмените её, чтобы назначить другую',
      en: 'A synchronisation is scheduled for the night already: cancel it to schedule another one',
    },
    cause,
  });
}

/** Another run of the tenant is under way. */
export function alreadyRunning(cause: unknown): AppError {
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
