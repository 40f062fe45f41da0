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
}

/** Which records a run asks for; it narrows the saved scope. The rules are those of its one kind. */
export interface RunFilter {
  ids?: number[];
  updatedSince?: Date;
  crm?: SideRule;
  bitrix24?: SideRule;
}

/** A run as it is shown. */
const shown = `sync_runs.*, ${personNameSql('sync_runs.tenant_id', 'sync_runs.requested_by')} as requested_by_name`;

/**
 * Starts a run: queues every record that it asks for, in one transaction. One run at a time per tenant, in the whole cluster; a
 * second one is refused with `sync_running` (409).
 */
export async function startRun(db: Database, request: RunRequest): Promise<RunRow> {
  const { tenantId, direction, filter } = request;
  const entities = allEntities.filter((entity) => request.entities.includes(entity));
  try {
    return await retryingTransaction(db, async (transaction, patiently) => {
      // A run that another process is just starting is waited for: it decides whether this one may begin.
      const run = await patiently(() => insertRun(db, request, entities, transaction));
      let total = 0;
      for (const entity of request.dryRun ? [] : entities) {
        const condition = conditionOf(entity, filter.crm);
        const records = { tenantId, runId: run.id, direction, entity, filter, condition };
        total += await enqueueRun(db, records, transaction);
      }
      const [stored] = await queryRows<RunRow>(
        db,
        `update sync_runs set total = $total where id = $id returning ${shown}, pg_notify('axenta_sync', tenant_id::text)`,
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

async function insertRun(
  db: Database,
  request: RunRequest,
  entities: readonly Entity[],
  transaction: Transaction,
): Promise<RunRow> {
  const { ids, updatedSince, crm, bitrix24 } = request.filter;
  const filter = {
    ...(ids && { ids }),
    ...(updatedSince && { updated_since: updatedSince.toISOString() }),
    ...(crm && { crm }),
    ...(bitrix24 && { bitrix24 }),
  };
  const needsScan = request.dryRun || (request.direction !== 'to_bitrix' && request.importNew);
  const [first] = entities;
  const scan: ScanState | null = needsScan && first ? { entity: first, afterId: 0, step: 'known' } : null;
  const [run] = await queryRows<RunRow>(
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
    await forgetRun(db, { tenantId, runId: id }, transaction);
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
