import type { Task } from './queue.ts';
import type { Role } from './roles.ts';

/** Jobs of some tasks, and how many of them run at the same time in one process. */
export interface Lane {
  tasks: readonly Task[];
  slots: number;
}

/** Tasks that a person waits for. */
const urgentTasks: readonly Task[] = ['reconcile', 'bind', 'recheck'];

/** Tenants whose portal answers slowly or not at all hold their slot for minutes: two of them do no harm. */
const slowSlots = 2;

/** Receivers of alerts may take seconds to answer. */
const alertSlots = 4;

/**
 * The lanes of one process of this role: what a person waits for never stands behind bulk work, a slow portal or a search. `concurrency` slots are for
 * changes; runs and sweeps have three quarters as many of their own, searches a quarter. A slot mostly waits for the network.
 */
export function lanesFor(concurrency: number, role: Role): Lane[] {
  if (role === 'web') return [];
  const lanes: Lane[] = [
    { tasks: ['reconcile'], slots: concurrency },
    { tasks: ['reconcile_bulk'], slots: Math.max(1, Math.floor((concurrency * 3) / 4)) },
    { tasks: ['reconcile_slow'], slots: slowSlots },
    {
      tasks: ['sweep', 'deletion_sweep', 'duplicate_check', 'offline', 'local_look', 'search_retry'],
      slots: Math.max(1, Math.floor(concurrency / 4)),
    },
    { tasks: ['bind', 'recheck'], slots: concurrency },
    { tasks: ['alerts'], slots: alertSlots },
    { tasks: ['portal_tasks'], slots: Math.max(1, Math.floor(concurrency / 4)) },
  ];
  if (role !== 'urgent' && role !== 'bulk') return lanes;
  return lanes.filter(({ tasks }) => tasks.some((task) => urgentTasks.includes(task)) === (role === 'urgent'));
}
