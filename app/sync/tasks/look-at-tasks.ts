import type { CallOptions } from '../../bitrix24/client.ts';
import { Bitrix24Error } from '../../bitrix24/errors.ts';
import { AppError } from '../../lib/errors.ts';
import type { Log } from '../../lib/log.ts';
import { offsetOf, settleTask, type TaskDeps } from './make-task.ts';
import { nextLookAt } from './next-look.ts';
import { taskError } from './task-errors.ts';
import { listDueTasks, saveFailure, saveGone, saveTask, type TaskRow } from './task-store.ts';

/** Tasks of one pass: four requests at the most, whatever there is to look at. */
const mostLooks = 200;

/** A right that a person has to give comes back within hours, a portal within minutes. */
const retryMs = { right: 3_600_000, portal: 300_000 };

/**
 * Looks at the tenant's tasks whose time has come: those without an answer are settled, the others are read anew. A failure of the portal
 * puts the rest off and concerns nothing but tasks. Repeat-safe.
 */
export async function lookAtTasks(
  deps: TaskDeps,
  tenantId: number,
  { signal, log }: { signal: AbortSignal; log: Log },
): Promise<void> {
  const due = await listDueTasks(deps.db, tenantId, deps.clock.now(), mostLooks);
  const open = new Set(due);
  const options: CallOptions = { signal, urgency: 'bulk' };
  try {
    for (const row of due.filter(({ bitrix24_id }) => bitrix24_id === null)) {
      signal.throwIfAborted();
      await settleTask(deps, row, options);
      open.delete(row);
    }
    await readAnew(deps, tenantId, [...open], options);
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    await putOff(deps, [...open], error);
    const line = { tenant_id: tenantId, operation: 'tasks', code: error.code, result: 'error' };
    log.warn(line, `Задачи портала не прочитаны: ${error.text.ru}`);
  }
}

async function readAnew(
  deps: TaskDeps,
  tenantId: number,
  due: readonly TaskRow[],
  options: CallOptions,
): Promise<void> {
  const rows = due.flatMap((row) => (row.bitrix24_id === null ? [] : [{ row, id: row.bitrix24_id }]));
  if (rows.length === 0) return;
  const client = await deps.clientFor(tenantId);
  const ids = rows.map(({ id }) => id);
  const answers = await client.tasks.each(ids, await offsetOf(deps, tenantId), options);
  for (const { row, id } of rows) {
    const now = deps.clock.now();
    const answer = answers.get(id);
    if (answer?.state === 'present') await saveTask(deps.db, row, answer.task, nextLookAt(deps, answer.task, now));
    else if (answer?.state === 'failed') await putOff(deps, [row], answer.error);
    else await saveGone(deps.db, row, nextLookAt(deps, { status: 'gone', changedAt: row.changed_at }, now));
  }
}

async function putOff({ db, clock }: TaskDeps, rows: readonly TaskRow[], error: AppError): Promise<void> {
  const told = taskError(error) as AppError;
  const isRight = told.code === 'task_right_missing';
  const limitMs = error instanceof Bitrix24Error ? error.retryAfterMs : undefined;
  const wait = isRight ? retryMs.right : (limitMs ?? retryMs.portal);
  const nextLook = new Date(clock.now().getTime() + wait);
  for (const row of rows) await saveFailure(db, row, { error: { code: told.code, ...told.text }, nextLook });
}
