import { randomUUID } from 'node:crypto';
import type { CallOptions } from '../../bitrix24/client.ts';
import { Bitrix24Error } from '../../bitrix24/errors.ts';
import type { PortalTask } from '../../bitrix24/portal-task.ts';
import { queryRows } from '../../models/database.ts';
import type { SyncDeps } from '../deps.ts';
import { nextLookAt } from './next-look.ts';
import { taskError } from './task-errors.ts';
import {
  forgetTask,
  insertTask,
  knownTaskIds,
  noteSent,
  saveFailure,
  saveTask,
  setLook,
  type TaskRequest,
  type TaskRow,
} from './task-store.ts';

export type TaskDeps = Pick<SyncDeps, 'db' | 'clock' | 'clientFor' | 'timings'> & {
  /** How often an open task is looked at without an event, in seconds. */
  lookEverySec: number;
};

/** The portal's clock may be behind ours, and the task must not fall out of the list. */
const skewMs = 10 * 60_000;
const longestWaitMs = 3_600_000;

/**
 * Makes a task in the portal. It is stored before it is sent, with a mark of its own: when the answer is lost, or the process ends, the
 * task is looked for by that mark before it is sent again, so that there is one. Returns it with the status `sending` then. What the
 * portal refuses leaves nothing behind. Throws AppError `task_right_missing` (409), `task_refused` (422), or the failure of the portal.
 */
export async function makeTask(deps: TaskDeps, request: TaskRequest, options: CallOptions): Promise<TaskRow> {
  const { db, clock } = deps;
  const client = await deps.clientFor(request.tenantId);
  const sentAt = clock.now();
  const row = await insertTask(db, request, { mark: randomUUID(), sentAt, lookAt: afterDoubt(deps, sentAt, 1) });
  try {
    const offsetMin = await offsetOf(deps, request.tenantId);
    const made = await client.tasks.add(newTaskOf(row), offsetMin, options);
    return await saveTask(db, row, made, nextLookAt(deps, made, clock.now()));
  } catch (error) {
    if (!(error instanceof Bitrix24Error)) throw error;
    if (error.uncertain) return { ...row, ...(await lookSoon(deps, row)) };
    await forgetTask(db, row.id);
    throw taskError(error);
  }
}

/**
 * Settles a task whose add has no answer: the one that carries its mark is taken over; where there is none, the portal made none, and it
 * is sent again. Throws `Bitrix24Error` when the portal could not be asked. Repeat-safe.
 */
export async function settleTask(deps: TaskDeps, row: TaskRow, options: CallOptions): Promise<void> {
  const { db, clock } = deps;
  const client = await deps.clientFor(row.tenant_id);
  const offsetMin = await offsetOf(deps, row.tenant_id);
  const found = await findMade(deps, row, await client.tasks.ofDeal(row.deal_id, since(row), offsetMin, options));
  if (found) {
    await saveTask(db, row, found, nextLookAt(deps, found, clock.now()));
    return;
  }
  const sentAt = clock.now();
  if (!(await noteSent(db, row, { sentAt, lookAt: afterDoubt(deps, sentAt, row.attempts) }))) return;
  try {
    const made = await client.tasks.add(newTaskOf(row), offsetMin, options);
    await saveTask(db, row, made, nextLookAt(deps, made, clock.now()));
  } catch (error) {
    if (!(error instanceof Bitrix24Error) || error.uncertain) return;
    const told = taskError(error);
    if (told === error) throw error;
    const { code, text } = told as { code: string; text: { ru: string; en: string } };
    await saveFailure(db, row, { error: { code, ...text }, nextLook: null });
  }
}

/** The request has ended here: the portal works on it for a while at the most. */
async function lookSoon({ db, clock, timings }: TaskDeps, { id }: TaskRow): Promise<{ look_at: Date }> {
  const lookAt = new Date(clock.now().getTime() + timings.uncertainWaitMs);
  await setLook(db, id, lookAt);
  return { look_at: lookAt };
}

/** Some portals do not give XML_ID back: there, one with the same words that is not known yet is taken for ours. */
async function findMade({ db }: TaskDeps, row: TaskRow, tasks: readonly PortalTask[]): Promise<PortalTask | null> {
  const marked = tasks.find(({ mark }) => mark === row.mark);
  if (marked) return marked;
  const alike = tasks.filter(
    (task) =>
      task.mark === null &&
      task.title === row.title &&
      (task.description ?? '') === (row.description ?? '') &&
      task.responsibleId === row.responsible_id,
  );
  const known = await knownTaskIds(
    db,
    row.tenant_id,
    alike.map(({ id }) => id),
  );
  return alike.find(({ id }) => !known.has(id)) ?? null;
}

function since(row: TaskRow): Date {
  return new Date(row.created_at.getTime() - skewMs);
}

function newTaskOf(row: TaskRow) {
  const { title, description, deadline, mark } = row;
  return { title, description, deadline, mark, responsibleId: row.responsible_id, dealId: row.deal_id };
}

/** While the portal may still work on a request, looking for its task would miss it. */
function afterDoubt({ timings }: TaskDeps, sentAt: Date, attempts: number): Date {
  const wait = timings.uncertainWaitMs * 2 ** Math.min(attempts, 10);
  return new Date(sentAt.getTime() + Math.max(Math.min(wait, longestWaitMs), timings.uncertainWaitMs));
}

/** The portal's distance from UTC in minutes, as its last answer showed it. */
export async function offsetOf({ db }: Pick<TaskDeps, 'db'>, tenantId: number): Promise<number> {
  const [row] = await queryRows<{ minutes: number }>(
    db,
    `select utc_offset_min as minutes from bitrix24_effective_connections join bitrix24_connections c using (tenant_id, kind)
      where tenant_id = $tenantId`,
    { tenantId },
  );
  return row?.minutes ?? 0;
}
