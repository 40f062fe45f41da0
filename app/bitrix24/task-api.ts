import { zip } from '../lib/zip.ts';
import { sendBatch } from './batch.ts';
import { callMethod } from './call-method.ts';
import { brokenAnswer } from './error-table.ts';
import type { Bitrix24Error } from './errors.ts';
import { textOrNull } from './item-codec.ts';
import type { Limits } from './limits/limits.ts';
import { pageSize } from './list-answer.ts';
import type { PortalTask, TaskAnswer, TaskApi } from './portal-task.ts';
import { chunks } from './read-commands.ts';
import type { Transport } from './sdk.ts';
import { readTask } from './task-codec.ts';

/** `UF_CRM_TASK` comes only when it is asked for (tasks/fields.md, 2026-08). */
const select = [
  ...['ID', 'TITLE', 'STATUS', 'DEADLINE', 'RESPONSIBLE_ID', 'CREATED_DATE', 'CHANGED_DATE', 'CLOSED_DATE'],
  ...['XML_ID', 'DESCRIPTION', 'UF_CRM_TASK'],
];

/** Pages of one deal's youngest tasks: more would not be the work of minutes. */
const mostPages = 20;

/** Makes what is asked of a portal's tasks. Parameters are sent in the documented order (tasks/index.md, 2026-08). */
export function makeTaskApi({ transport, limits }: { transport: Transport; limits: Limits }): TaskApi {
  return {
    async add(task, offsetMin, options = {}) {
      const { title, description, deadline, responsibleId, dealId, mark } = task;
      const fields = {
        TITLE: title,
        ...(description !== null && { DESCRIPTION: description }),
        ...(deadline && { DEADLINE: withOffset(deadline) }),
        RESPONSIBLE_ID: responsibleId,
        XML_ID: mark,
        UF_CRM_TASK: [codeOf(dealId)],
      };
      const { result } = await callMethod(
        { transport, limits },
        'tasks.task.add',
        { fields },
        { ...options, writes: true },
      );
      const made = readTask(taskIn(result), offsetMin);
      // It is there, and is looked up by its mark.
      if (!made) throw brokenAnswer('no_task', 'tasks.task.add: task.id');
      return made;
    },

    async ofDeal(dealId, madeSince, offsetMin, options = {}) {
      const found: PortalTask[] = [];
      for (let page = 0, afterId = 0; page < mostPages; page += 1) {
        const filter = { UF_CRM_TASK: codeOf(dealId), '>=CREATED_DATE': withOffset(madeSince), '>ID': afterId };
        const params = { order: { ID: 'ASC' }, filter, select };
        const { result } = await callMethod({ transport, limits }, 'tasks.task.list', params, options);
        const rows = tasksIn(result);
        const tasks = rows.flatMap((row) => readTask(row, offsetMin) ?? []);
        // A filter that the portal passed over shows tasks of other deals.
        found.push(...tasks.filter((task) => task.dealIds.includes(dealId)));
        const last = tasks.at(-1)?.id ?? 0;
        if (rows.length < pageSize) return found;
        if (last <= afterId) break;
        afterId = last;
      }
      throw brokenAnswer('too_many_tasks', `tasks.task.list: ${codeOf(dealId)}`);
    },

    async each(ids, offsetMin, options = {}) {
      const answers = new Map<number, TaskAnswer>();
      for (const group of chunks([...new Set(ids)], pageSize)) {
        const commands = group.map((taskId) => ({ method: 'tasks.task.get', params: { taskId, select } }));
        const { outcomes } = await sendBatch(transport, limits, commands, { ...options, writes: false });
        for (const [id, outcome] of zip(group, outcomes)) {
          if (outcome.ok) {
            const task = readTask(taskIn(outcome.result), offsetMin);
            answers.set(id, task ? { state: 'present', task } : { state: 'gone' });
          } else answers.set(id, answerOf(outcome.error));
        }
      }
      return answers;
    },
  };
}

/** Not found and not accessible have the same texts, and codes that say nothing (tasks-task-get.md, 2026-08). */
function answerOf(error: Bitrix24Error): TaskAnswer {
  const isRefusal = error.kind === 'validation' || error.kind === 'gone';
  return isRefusal ? { state: 'gone' } : { state: 'failed', error };
}

/** `D_` and the deal's id (tasks/fields.md, 2026-08). */
function codeOf(dealId: number): string {
  return `D_${dealId}`;
}

/** The zone of a moment without an offset is not documented, so one is sent. */
function withOffset(moment: Date): string {
  return `${moment.toISOString().slice(0, 19)}+00:00`;
}

function taskIn(result: unknown): unknown {
  return (result as { task?: unknown } | null)?.task;
}

function tasksIn(result: unknown): unknown[] {
  const tasks = (result as { tasks?: unknown } | null)?.tasks;
  if (!Array.isArray(tasks)) throw brokenAnswer('no_tasks', `tasks.task.list: ${textOrNull(tasks) ?? 'tasks'}`);
  return tasks;
}
