import { textOrNull } from './item-codec.ts';
import type { PortalTask, TaskStatus } from './portal-task.ts';
import { utcOffsetOf } from './utc-offset.ts';

/** 2 to 7 are states; negative numbers are marks on a task that waits: unseen, overdue, nearly overdue (tasks/fields.md, 2026-08). */
const byNumber: Readonly<Record<number, TaskStatus>> = {
  2: 'pending',
  3: 'in_progress',
  4: 'supposedly_completed',
  5: 'completed',
  6: 'deferred',
  7: 'declined',
};

/** Reads a task of `tasks.task.*`: lower camel case, numbers as text, empty lists in place of objects. Null where it is none. Pure. */
export function readTask(wire: unknown, offsetMin: number): PortalTask | null {
  const task = (wire ?? {}) as Record<string, unknown>;
  const id = Number(task.id);
  if (!Number.isSafeInteger(id) || id <= 0) return null;
  const responsible = (task.responsible ?? {}) as Record<string, unknown>;
  const codes: unknown[] = Array.isArray(task.ufCrmTask) ? task.ufCrmTask : [];
  return {
    id,
    title: String(task.title ?? ''),
    description: textOrNull(task.description),
    status: byNumber[Number(task.status)] ?? 'pending',
    deadline: readMoment(task.deadline, offsetMin),
    responsibleId: Number(task.responsibleId ?? responsible.id ?? 0),
    responsibleName: textOrNull(responsible.name)?.slice(0, 255) ?? null,
    changedAt: readMoment(task.changedDate, offsetMin),
    closedAt: readMoment(task.closedDate, offsetMin),
    mark: textOrNull(task.xmlId),
    dealIds: codes.flatMap((code) => Number(/^D_(\d+)$/.exec(String(code))?.[1] ?? Number.NaN) || []),
  };
}

/** A moment of a task, or of a caller: one without a zone is in the portal's, `offsetMin` minutes east of UTC. Null for none. Pure. */
export function readMoment(value: unknown, offsetMin: number): Date | null {
  const text = textOrNull(value);
  if (text === null) return null;
  const hasZone = utcOffsetOf(text) !== null;
  const moment = new Date(hasZone ? text : `${text.replace(' ', 'T')}Z`);
  if (Number.isNaN(moment.getTime())) return null;
  return hasZone ? moment : new Date(moment.getTime() - offsetMin * 60_000);
}
