import { UniqueConstraintError } from 'sequelize';
import { AppError, notFound } from '../../lib/errors.ts';
import { entities as allEntities } from '../../lib/records.ts';
import { type Database, queryRows } from '../../models/database.ts';
import { retryingTransaction } from '../../models/retrying-transaction.ts';
import { changedKinds } from '../journal/undo-lines.ts';
import type { CreatedChoice } from '../plan/undo-record.ts';
import type { RunRow, ScanState, UndoRequest } from './run-row.ts';
import { alreadyRunning, findRun, shown } from './runs.ts';
import { sourceOf } from './undo-step.ts';

export interface UndoOptions {
  tenantId: number;
  created: CreatedChoice;
  dryRun: boolean;
  requestedBy: string;
}

/** Starts an undo of a run. Throws `not_found`, or 409 `run_under_way`, `nothing_to_undo`, `sync_running`. */
export async function undoRun(db: Database, options: UndoOptions, runId: number): Promise<RunRow> {
  const run = await findRun(db, options.tenantId, runId);
  if (run.state === 'running' || run.state === 'scheduled') throw underWay();
  return start(db, options, { run_id: runId, created: options.created });
}

/** Starts an undo of one line of the log. Throws `not_found`, or 409 `nothing_to_undo`, `sync_running`. */
export async function undoLine(db: Database, options: UndoOptions, logId: number): Promise<RunRow> {
  const { tenantId } = options;
  const known = await queryRows(db, 'select 1 from sync_log where tenant_id = $tenantId and id = $logId', {
    tenantId,
    logId,
  });
  if (known.length === 0) throw notFound();
  return start(db, options, { log_id: logId, created: options.created });
}

/** An undo is a run: it takes the tenant's one place, has progress, and can be taken back. */
async function start(db: Database, { tenantId, dryRun, requestedBy }: UndoOptions, undo: UndoRequest): Promise<RunRow> {
  const changed = await changedKinds(db, tenantId, sourceOf({ undo }));
  const entities = allEntities.filter((entity) => changed.includes(entity));
  const [entity] = entities;
  if (!entity) throw nothingToUndo();
  const scan: ScanState = { entity, step: 'known', afterId: 0 };
  try {
    return await retryingTransaction(db, async (transaction, patiently) => {
      const [run] = await patiently(() =>
        queryRows<RunRow>(
          db,
          `insert into sync_runs (tenant_id, kind, undo, direction, entities, dry_run, scan, requested_by)
           values ($tenantId, 'undo', $undo::jsonb, 'bidirectional', $entities, $dryRun, $scan::jsonb, $requestedBy)
           returning ${shown}, pg_notify('axenta_sync', tenant_id::text)`,
          { tenantId, entities, dryRun, requestedBy, undo: JSON.stringify(undo), scan: JSON.stringify(scan) },
          transaction,
        ),
      );
      if (!run) throw new Error('The undo was not stored');
      return run;
    });
  } catch (error) {
    if (error instanceof UniqueConstraintError) throw alreadyRunning(error);
    throw error;
  }
}

function underWay(): AppError {
  return new AppError({
    code: 'run_under_way',
    status: 409,
    text: {
      ru: 'Эта синхронизация ещё не закончилась. Отмените её или дождитесь конца, затем откатите',
      en: 'This run has not ended yet. Cancel it or wait for its end, then undo it',
    },
  });
}

function nothingToUndo(): AppError {
  return new AppError({
    code: 'nothing_to_undo',
    status: 409,
    text: {
      ru: 'Откатывать нечего: эта синхронизация ничего не изменила, либо её журнал стёрт',
      en: 'There is nothing to undo: this run changed nothing, or its log was erased',
    },
  });
}
