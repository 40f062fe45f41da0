import type { NewTask, PortalTask, TaskApi } from '../../app/bitrix24/portal-task.ts';

/** Tasks in memory; `made` is what a test looks at and changes. */
export interface MockTasks extends TaskApi {
  readonly made: PortalTask[];
}

/** Makes the tasks of a mock portal. `enter` throws while the portal does not answer. */
export function makeMockTasks(enter: () => void): MockTasks {
  const made: PortalTask[] = [];
  const toTask = ({ title, description, deadline, responsibleId, dealId, mark }: NewTask): PortalTask => ({
    ...{ id: made.length + 1, title, description, deadline, responsibleId, mark, status: 'pending', dealIds: [dealId] },
    ...{ responsibleName: null, changedAt: null, closedAt: null },
  });
  return {
    made,
    async add(task) {
      enter();
      const stored = toTask(task);
      made.push(stored);
      return stored;
    },
    async ofDeal(dealId) {
      enter();
      return made.filter(({ dealIds }) => dealIds.includes(dealId));
    },
    async each(ids) {
      enter();
      const present = made
        .filter(({ id }) => ids.includes(id))
        .map((task) => [task.id, { state: 'present', task }] as const);
      return new Map(present);
    },
  };
}
