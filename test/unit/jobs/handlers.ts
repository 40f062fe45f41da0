import { type Task, tasks } from '../../../app/jobs/queue.ts';
import type { WorkerDeps } from '../../../app/jobs/worker.ts';

/** The same handler for every task. */
export function handlersOf(handle: (tenantId: number) => Promise<void>): WorkerDeps['handlers'] {
  return Object.fromEntries(tasks.map((task) => [task, handle])) as Record<Task, (tenantId: number) => Promise<void>>;
}
