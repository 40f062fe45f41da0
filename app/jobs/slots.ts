import type { Lane } from './lanes.ts';
import type { Task } from './queue.ts';

/** How many jobs of each lane run in this process. */
export interface Slots {
  /** Of all lanes together. */
  count: number;
  /** A job of this task begins. */
  take(task: Task): void;
  /** It has ended. */
  free(task: Task): void;
  /** Tasks of the lanes that have no slot left. */
  fullTasks(): Task[];
}

/** Counts the jobs of each lane. A task that no lane has is not counted. */
export function makeSlots(lanes: readonly Lane[]): Slots {
  const busy = new Map<Lane, number>();
  const change = (task: Task, by: number) => {
    const lane = lanes.find(({ tasks }) => tasks.includes(task));
    if (lane) busy.set(lane, (busy.get(lane) ?? 0) + by);
  };
  return {
    count: lanes.reduce((sum, { slots }) => sum + slots, 0),
    take: (task) => change(task, 1),
    free: (task) => change(task, -1),
    fullTasks: () => lanes.filter((lane) => (busy.get(lane) ?? 0) >= lane.slots).flatMap(({ tasks }) => tasks),
  };
}
