import type { TaskStatus } from '../../bitrix24/portal-task.ts';

const dayMs = 86_400_000;
/** What has ended is looked at for this long: people open a task again within days. */
const restlessMs = 30 * dayMs;

/**
 * When a task is looked at again without an event: an open one as often as the sweep comes, one that has ended once a day for a month.
 * Null: only an event, or a person, asks for it. Pure.
 */
export function nextLookAt(
  { lookEverySec }: { lookEverySec: number },
  { status, changedAt }: { status: TaskStatus | 'gone'; changedAt: Date | null },
  now: Date,
): Date | null {
  const isOver = status === 'completed' || status === 'declined' || status === 'gone';
  if (!isOver) return new Date(now.getTime() + lookEverySec * 1000);
  const isOld = changedAt !== null && now.getTime() - changedAt.getTime() > restlessMs;
  return isOld ? null : new Date(now.getTime() + dayMs);
}
